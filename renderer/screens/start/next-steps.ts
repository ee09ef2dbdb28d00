/** The steps of a project, and the progress of this one. */
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import type { ScreenName } from '../../navigation/router.ts'

export interface Step {
  id: 'import' | 'relabel' | 'correct' | 'train' | 'compare'
  done: boolean
  to: ScreenName
}

/** `looked`: images that were reviewed or corrected. */
export function stepsOf(info: ProjectInfo, looked: number): Step[] {
  return [
    { id: 'import', done: info.images > 0, to: 'browse' },
    { id: 'relabel', done: info.annotations.some(one => one.status === 'done'), to: 'relabel' },
    { id: 'correct', done: looked > 0, to: 'review' },
    { id: 'train', done: info.runs > 0, to: 'train' },
    { id: 'compare', done: info.runs > 1, to: info.runs > 0 ? 'runs' : 'train' },
  ]
}
