/** Words about a damaged project, and how it comes back. */
import type { Messages } from '../en/index.ts'

export const damage: Messages['damage'] = {
  offer: '사본 복원',
  offerText:
    'Relabel Studio는 데이터베이스의 사본을 보관합니다. 복원하면 사본이 손상된 파일을 대신하고(손상된 파일은 옆에 보관됩니다), 그 뒤의 모든 수정과 검토 표시를 로그에서 다시 적용합니다.',
  looking: '사본을 찾는 중…',
  lookingFailed: '사본 목록을 만들 수 없습니다',
  none: '사본이 없습니다. 직접 보관한 사본을 되돌려 놓거나, 프로젝트를 다시 만들고 로그를 재생하세요. 방법은 docs/project-format.md에 있습니다.',
  made: '{time}의 사본',
  since: '그 뒤에 이루어져 다시 적용될 작업: 수정 {corrections}회, 표시한 이미지 {marks}장',
  broken: '이 사본도 손상되었습니다',
  restore: '복원하고 열기',
  restoreOf: '복원하고 열기: {time}의 사본',
  restoring: '복원하는 중…',
  restoreFailed: '사본을 복원할 수 없습니다',
  restored: '{time}의 사본을 복원했습니다',
  replayed: '로그에서 다시 적용한 단계: {n}.',
  kept: '손상된 파일은 {file}(으)로 보관됩니다.',
  notReplayed: '다시 적용하지 못한 단계: {n}',
  found: '이 프로젝트의 데이터베이스 일부가 손상되었습니다. 나머지는 계속 사용할 수 있습니다.',
  show: '해결 방법…',
  hide: '이 메시지 숨기기',
  title: '{name}의 손상',
  list: '발견된 문제',
  rest: '여기에 없는 내용에서는 손상이 발견되지 않았습니다. 사본을 복원하기 전에는 아무것도 바뀌지 않습니다.',
}
