/** The steps of a run: add it to the project, train it in a child process, and store its state and figures. */
import { resolve } from 'node:path'
import { fail, RelabelError } from '../../../core/base/error.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import { getAnnotation } from '../../../core/project/annotations.ts'
import { rememberFiles } from '../../../core/project/image-files.ts'
import type { Project } from '../../../core/project/project.ts'
import { addRun, updateRun } from '../../../core/project/runs.ts'
import type { RunStatus } from '../../../core/contract/api/training.ts'
import { createSnapshot } from '../../../core/project/snapshots.ts'
import { splitsOf, wantsAnnotation } from '../../../core/training/run/from-project.ts'
import type { Metrics } from '../../../core/contract/metrics.ts'
import type { RunReport } from '../../../core/training/run/run.ts'
import type { EpochEvent, TrainJob, TrainReport } from './job.ts'
import type { RunChild } from '../process/child.ts'
import { bringBack } from '../import/waiting.ts'
import { isFilesEvent } from '../process/file-events.ts'

/** With absolute paths, so that a run can be resumed from any folder. */
export function located(recipe: Recipe): Recipe {
  const { student, distill } = recipe
  return {
    ...recipe,
    student: student.endsWith('.onnx') ? resolve(student) : student,
    distill: { ...distill, model: distill.model === null ? null : resolve(distill.model) },
  }
}

/**
 * Adds a run to the project with a snapshot of the current state; returns its id. Images whose files came back take
 * part.
 */
export async function newRun(project: Project, recipe: Recipe, child: RunChild): Promise<string> {
  const splits = splitsOf(project, recipe)
  const names = splits.val === null ? [splits.train] : [splits.train, splits.val]
  await bringBack(project, names, child)
  const annotation = wantsAnnotation(recipe) ? getAnnotation(project, recipe.annotation ?? undefined) : null
  if (annotation && annotation.status !== 'done')
    fail(
      'usage',
      `annotation ${annotation.id} is not finished; run "relabel annotate" again to go on with it`,
    )
  const snapshot = createSnapshot(project, {
    splits: names,
    annotation: annotation?.id ?? null,
  })
  return addRun(project, { kind: 'train', config: recipe, snapshot }).id
}

/** What to do with a run. */
export interface TrainOrder {
  run: string
  recipe: Recipe
  /** The run's previous state, if it is continued. */
  before: RunStatus | undefined
  /** Splits on which the final model is measured, with its answers stored. */
  evaluate?: string[]
  /** How long to wait for an earlier job to release the run's folder, ms. */
  lockTimeout?: number
}

/**
 * Trains a run to its end. Its state in the project follows: `done` with the report, `stopped` if it was cancelled
 * (it can be resumed), `failed` otherwise; unchanged if resuming it was refused.
 */
export async function trainRun(
  project: Project,
  order: TrainOrder,
  child: RunChild,
  onEpoch?: (event: EpochEvent) => void,
): Promise<RunReport & { evaluations?: Record<string, Metrics> }> {
  const { run, recipe, before, evaluate, lockTimeout } = order
  const config: TrainJob = {
    project: project.dir,
    run,
    recipe,
    resume: before !== undefined,
    ...(evaluate ? { evaluate } : {}),
    ...(lockTimeout === undefined ? {} : { lockTimeout }),
  }
  if (before) updateRun(project, run, { status: 'running' })
  try {
    const { evaluations, ...report } = await child<TrainReport>('train', config, {
      onEvent(data) {
        if (isFilesEvent(data)) return rememberFiles(project, data.files)
        const event = data as EpochEvent
        updateRun(project, run, { metrics: { epochs: event.epoch, loss: event.loss, val: event.val } })
        onEpoch?.(event)
      },
    })
    const metrics = evaluations ? { ...report, evaluations } : report
    updateRun(project, run, { status: 'done', metrics })
    return metrics
  } catch (error) {
    const cancelled = error instanceof RelabelError && error.code === 'cancelled'
    // If resuming was refused (because of other options, for example), the run is unchanged.
    const refused = error instanceof RelabelError && ['mismatch', 'usage'].includes(error.code)
    const status = cancelled ? 'stopped' : ((refused ? before : undefined) ?? 'failed')
    updateRun(project, run, { status })
    throw error
  }
}
