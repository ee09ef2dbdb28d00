/** Texts of label maps wherever they are shown. */
import type { Messages } from '../en/index.ts'

export const regions: Messages['regions'] = {
  view: '라벨 맵 보기 방식',
  views: {
    regions: '영역',
    class: '한 클래스',
    cells: '모든 셀',
  },
  viewHelp: {
    regions: '주어진 라벨과 이 이미지에서 중요한 클래스의 윤곽선',
    class: '한 클래스가 어디에 있고 맵이 얼마나 확신하는지',
    cells: '각 셀에서 가장 강한 클래스',
  },
  notOnMap: '{name}: 이 맵에 없음',
  nowhere: '없음',
  below: '<{share}',
  above: '>{share}',
  others: '그 밖에 {n}개 클래스가 일부 셀에서 앞섬',
  more: '+{n}',
  moreClasses: '{n}개 클래스가 더 그려짐',
  drawn: '그려짐: {names}',
  strip: '필름 스트립',
  place: '{all}개 중 {n}번째',
  showStrip: '필름 스트립 보이기',
  hideStrip: '필름 스트립 숨기기',
}
