/** Scores every run again whose labels or truth changed, in this process: for the command line. */
import { RelabelError } from '../../../core/base/error.ts'
import type { Project } from '../../../core/project/project.ts'
import { keepEvaluation } from './keep-evaluation.ts'
import { rescore, staleFigures, type RunOnSplit } from './rescore.ts'

export interface Rescored {
  done: RunOnSplit[]
  /** With the reason, for instance that the logits were not kept; their figures tell of the earlier labels and truth. */
  failed: (RunOnSplit & { reason: string })[]
}

export function rescoreStale(project: Project): Rescored {
  const result: Rescored = { done: [], failed: [] }
  for (const one of staleFigures(project))
    try {
      keepEvaluation(project, one.run, one.split, rescore(project, one))
      result.done.push(one)
    } catch (error) {
      if (!(error instanceof RelabelError)) throw error
      result.failed.push({ ...one, reason: error.message })
    }
  return result
}
