/** Texts about gestures with the mouse, and the search over keys and gestures. */
import type { Messages } from '../en/index.ts'

export const gestures: Messages['gestures'] = {
  search: '단축키와 마우스 동작 검색',
  searchHint: '이름(“실행 취소”), 키(“ctrl z”) 또는 마우스 동작(“끌기”)',
  found: '{n}개 찾음',
  nothing: '“{text}”에 맞는 단축키나 마우스 동작이 없습니다.',
  mouse: {
    point: '가리키기',
    click: '클릭',
    doubleClick: '두 번 클릭',
    rightClick: '오른쪽 클릭',
    drag: '끌기',
    middleDrag: '가운데 버튼으로 끌기',
    wheel: '휠',
  },
  titles: {
    pick: '이미지 선택',
    pickMore: '선택에 추가하거나 선택에서 빼기',
    pickRange: '여기까지의 이미지를 모두 선택',
    open: '이미지 열기',
    readCell: '셀 읽기',
    candidates: '영역의 클래스 선택 (선택 도구)',
    cellCandidates: '셀 하나의 클래스 선택',
    paintAlone: '영역에 맞추지 않고 같은 작업',
    paint: '포인터 아래의 셀에 도구 사용',
    crop: '크롭 상자 그리기, 옮기기, 크기 바꾸기(크롭 검사기)',
    zoom: '포인터 위치에서 확대·축소',
    pan: '이미지 옮기기',
    panMiddle: '이미지 옮기기',
    reorder: '클래스 순서 옮기기',
    readChart: '차트의 값 읽기',
    zoomChart: '차트의 한 구간 확대',
    wholeChart: '차트 전체 다시 보기',
  },
}
