/** Texts of the tour on the sample. */
import type { Messages } from '../en/index.ts'

export const tour: Messages['tour'] = {
  start: '안내 시작',
  resume: '안내 계속하기',
  later: '나중에',
  close: '안내 끝내기',
  continue: '계속',
  position: '{all}단계 중 {at}단계',
  prepare: '먼저 샘플의 주석기가 이미지를 살펴봅니다. 1분쯤 걸립니다.',
  away: '안내는 주석 화면에서 이어집니다.',
  offer: {
    title: '안내',
    text: '이 샘플에서 다섯 단계로 모델이 무엇을 보는지 읽고, 셀 하나를 고치고, 학생 모델이 배울 내용이 어떻게 바뀌는지 봅니다.',
  },
  picture: {
    title: '사진과 영역',
    text: '윤곽선으로 표시한 영역은 모델이 어디에서 무엇을 보는지 나타냅니다. 클래스마다 고유한 색과 이름이 있습니다.',
  },
  cell: {
    title: '셀 하나',
    text: '사진을 가리키거나 화살표 키로 움직이세요. 모델이 그 셀에서 클래스마다 얼마나 확신하는지 여기에 나옵니다.',
  },
  paint: {
    title: '직접 해 보세요: 셀 하나 칠하기',
    text: '지금은 브러시입니다. “라벨 지정”과 일부러 틀린 클래스를 고른 뒤 사진의 셀을 클릭하세요(또는 화살표 키로 옮겨 Enter).',
  },
  target: {
    title: '타깃이 움직입니다',
    text: '학생 모델이 이 이미지 전체에서 배울 내용입니다. 수정하면 바로 바뀝니다.',
    moved: '{name}: {before} → {after}',
    still: '아직 움직이지 않았습니다. 다른 클래스로 셀을 칠해 보세요.',
  },
  next: {
    title: '다음에 할 일',
    text: 'Ctrl+Z로 수정을 되돌릴 수 있습니다. 검토는 가장 볼 만한 이미지를 보여 주고, 학습은 학생 모델을 가르칩니다.',
  },
}
