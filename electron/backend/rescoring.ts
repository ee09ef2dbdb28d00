/** Scores runs again as soon as labels or truth of a split change, on the reading thread, from the predictions they kept. */
import { messageOf, RelabelError } from '../../core/base/error.ts'
import { versionsNow } from '../../core/project/labels/versions.ts'
import { keepEvaluation } from '../tasks/evaluate/keep-evaluation.ts'
import { staleFigures, type RunOnSplit } from '../tasks/evaluate/rescore.ts'
import { log } from '../tasks/process/log.ts'
import type { OpenProject } from './open-project.ts'

const working = new WeakSet<OpenProject>()
/** What could not be scored again, by labels and truth: it is not tried again for the same. */
const given = new WeakMap<OpenProject, Set<string>>()

/** Ends when no figure is left that can be brought up to date; changes meanwhile are taken along. */
export async function rescoreRuns(opened: OpenProject, told: () => void): Promise<void> {
  const { project } = opened
  if (working.has(opened) || opened.readonly !== null) return
  working.add(opened)
  const failed = given.get(opened) ?? new Set<string>()
  given.set(opened, failed)
  const nameOf = (one: RunOnSplit): string => JSON.stringify([one, versionsNow(project)])
  try {
    for (;;) {
      const left = project.db.open ? staleFigures(project).filter(one => !failed.has(nameOf(one))) : []
      if (left.length === 0) return
      for (const one of left) await rescoreOne(opened, one, reason => failed.add(reason))
      told()
    }
  } catch (error) {
    if (project.db.open) log.error(`runs are not scored again: ${messageOf(error)}`)
  } finally {
    working.delete(opened)
  }

  async function rescoreOne(of: OpenProject, one: RunOnSplit, fail: (name: string) => void): Promise<void> {
    const name = nameOf(one)
    try {
      const metrics = await of.reader.ask('slow', 'rescore', one)
      keepEvaluation(project, one.run, one.split, metrics)
    } catch (error) {
      if (!(error instanceof RelabelError) || error.code === 'cancelled') throw error
      log.info(`run ${one.run} is not scored again on "${one.split}": ${error.message}`)
      fail(name)
    }
  }
}
