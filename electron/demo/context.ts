/** The context of the demo: paths, recipe, and output to the user. */
import { join } from 'node:path'
import type { CommandContext } from '../cli/action.ts'
import type { RunChild } from '../tasks/process/child.ts'
import { runJob } from '../tasks/process/run-job.ts'
import type { Watch } from '../tasks/sample/scenes.ts'
import type { DemoRecipe } from './recipe.ts'
import type { DemoState } from './state.ts'

/** The paths of a demo. */
export interface DemoPaths {
  scenes: string
  annotator: string
  classes: string
  project: string
  recipes: string
  report: string
}

export interface DemoContext {
  recipe: DemoRecipe
  paths: DemoPaths
  state: DemoState
  command: Pick<CommandContext, 'signal' | 'note' | 'progress'>
}

/** The paths below a demo's folder. */
export function demoPaths(dir: string): DemoPaths {
  return {
    scenes: join(dir, 'scenes'),
    annotator: join(dir, 'annotator.onnx'),
    classes: join(dir, 'classes.json'),
    project: join(dir, 'project'),
    recipes: join(dir, 'recipes'),
    report: join(dir, 'report.html'),
  }
}

/** Shows progress of a phase with rate and remaining time, and passes on the user's cancellation. */
export function watchOf({ command }: Pick<DemoContext, 'command'>, phase: string): Watch {
  const started = performance.now()
  return {
    signal: command.signal,
    onProgress(done, total) {
      const rate = (1000 * done) / (performance.now() - started)
      command.progress.update({
        phase,
        done,
        total,
        ...(done > 0 ? { rate, left: (total - done) / rate } : {}),
      })
    },
  }
}

/** Starts the child processes of a task; their progress is shown as part of the demo's phase. */
export function childOf({ command }: Pick<DemoContext, 'command'>, phase: string): RunChild {
  return (name, config, options) =>
    runJob(name, config, {
      signal: command.signal,
      onProgress(progress) {
        const parts = [progress.phase, progress.note].filter(part => part !== undefined && part !== phase)
        command.progress.update({
          ...progress,
          phase,
          ...(parts.length > 0 ? { note: parts.join(', ') } : {}),
        })
      },
      ...options,
    })
}
