/** The job that trains: opens the project read-only, writes into the run's folder, and reports to its parent. */
import { makeFolderSync } from '../../../core/base/files/atomic.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import { lockFolder } from '../../../core/base/files/lock.ts'
import { openProject } from '../../../core/project/project.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import type { Metrics } from '../../../core/contract/metrics.ts'
import { parseRecipe } from '../../../core/training/recipe/recipe.ts'
import { runOfProject } from '../../../core/training/run/run.ts'
import type { RunReport } from '../../../core/training/run/run.ts'
import { evaluateRun } from '../evaluate/job.ts'
import { whenUnlocked } from '../process/folder-lock.ts'
import { tellFiles } from '../process/file-events.ts'
import type { JobContext } from '../process/protocol.ts'

/** The parent's request; the run is already in the project. */
export interface TrainJob {
  project: string
  run: string
  recipe: unknown
  resume: boolean
  /** Splits on which the final model is measured, with its answers stored. */
  evaluate?: string[]
  /** How long to wait for an earlier job to release the run's folder, ms. */
  lockTimeout?: number
}

/** The run's report, and the figures of its final model by split, if requested. */
export type TrainReport = RunReport & { evaluations?: Record<string, Metrics> }

/** Reported after each epoch. */
export interface EpochEvent {
  type: 'epoch'
  epoch: number
  loss: number
  val: RunReport['val']
}

export async function run(config: TrainJob, context: JobContext): Promise<TrainReport> {
  const project = openProject(config.project, { readonly: true })
  try {
    const { dir } = getRun(project, config.run)
    makeFolderSync(dir)
    const lock = await whenUnlocked(() => lockFolder(dir), config.lockTimeout)
    try {
      const recipe = parseRecipe(config.recipe)
      const report = await train(project, config, recipe, context)
      if (!config.evaluate) return report
      const evaluations: Record<string, Metrics> = {}
      for (const split of config.evaluate)
        evaluations[split] = (await evaluateRun(project, { run: config.run, split }, context)).metrics
      return { ...report, evaluations }
    } finally {
      lock.release()
    }
  } finally {
    project.close()
  }
}

function train(project: Project, config: TrainJob, recipe: Recipe, context: JobContext): Promise<RunReport> {
  return runOfProject(project, config.run, recipe, config.resume, {
    signal: context.signal,
    onWarning: text => context.warn(text),
    onFiles: files => tellFiles(context, files),
    onCache: (done, total) => context.progress({ phase: 'decode', done, total }),
    onEpoch: (epoch, loss, val) => context.event({ type: 'epoch', epoch, loss, val } satisfies EpochEvent),
    onProgress({ phase, step, steps, epoch, epochs, loss, imagesPerSecond, secondsLeft }) {
      const words = [`epoch ${epoch}/${epochs}`, `${imagesPerSecond.toFixed(0)} images/s`]
      if (loss !== null) words.push(`loss ${loss.toFixed(3)}`)
      context.progress({
        phase,
        done: step,
        total: steps,
        note: words.join(', '),
        ...(imagesPerSecond > 0 ? { rate: imagesPerSecond / recipe.batch } : {}),
        ...(secondsLeft === null ? {} : { left: secondsLeft }),
      })
    },
  })
}
