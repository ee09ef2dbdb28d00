/** The job that trains: opens the project for reading, writes into the run's folder, tells its parent how it goes. */
import { parseRecipe } from '../../core/training/recipe.ts'
import { runOfProject } from '../../core/training/run.ts'
import type { RunReport } from '../../core/training/run.ts'
import { openProject } from '../../core/project/project.ts'
import type { JobContext } from './protocol.ts'

/** What the parent asks for; the run is in the project already. */
export interface TrainJob {
  project: string
  run: string
  recipe: unknown
  resume: boolean
}

/** Told after each epoch. */
export interface EpochEvent {
  type: 'epoch'
  epoch: number
  loss: number
  val: RunReport['val']
}

export async function run(config: TrainJob, context: JobContext): Promise<RunReport> {
  const project = openProject(config.project, { readonly: true })
  try {
    return await runOfProject(project, config.run, parseRecipe(config.recipe), config.resume, {
      signal: context.signal,
      onWarning: text => context.warn(text),
      onCache: (done, total) => context.progress({ phase: 'decode', done, total }),
      onEpoch: (epoch, loss, val) => context.event({ type: 'epoch', epoch, loss, val } satisfies EpochEvent),
      onProgress({ step, steps, epoch, epochs, loss, imagesPerSecond, secondsLeft }) {
        const words = [`epoch ${epoch}/${epochs}`, `${imagesPerSecond.toFixed(0)} images/s`]
        if (loss !== null) words.push(`loss ${loss.toFixed(3)}`)
        context.progress({
          ...{ phase: 'train', done: step, total: steps, note: words.join(', ') },
          ...(secondsLeft === null ? {} : { left: secondsLeft }),
        })
      },
    })
  } finally {
    project.close()
  }
}
