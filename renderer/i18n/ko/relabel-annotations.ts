/** Texts of the list of annotations. */
import type { Messages } from '../en/index.ts'

export const annotations: Messages['relabel']['annotations'] = {
  title: '주석',
  none: '아직 주석이 없습니다',
  noneText: '위에서 시작하세요. 이후 둘러보기, 수정, 학습에 쓰입니다.',
  current: '표시 중',
  use: '이 주석 표시',
  notUsed: '주석을 선택할 수 없습니다',
  unfinished: '미완료',
  unfinishedText: '같은 설정으로 다시 시작하면 이어서 진행합니다.',
  details: '출처',
  facts: '{size} px · K = {k} · 클래스 {classes}개 · 오차 {error}',
  records: '라벨 맵',
  recordsValue: '{n}개 ({bytes})',
  scored: '둘러보기용으로 측정됨',
  file: '주석기 파일',
  hash: 'SHA-256',
  resize: '크기 조정',
  normalisation: '평균, 표준편차',
  logits: '로짓',
  fill: '목록에 없는 클래스의 로짓',
  mapped: '대응된 클래스',
  mappedValue: '{all}개 중 {n}개',
  program: '프로그램',
  created: '시작',
  failed: '출처를 읽을 수 없습니다',
}
