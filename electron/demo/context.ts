/** What every part of the demo works with: where things are, the recipe, and how to talk to the user. */
import { join } from 'node:path'
import type { CommandContext } from '../cli/action.ts'
import type { RunChild } from '../tasks/process/child.ts'
import { runJob } from '../tasks/process/run-job.ts'
import type { Watch } from '../tasks/sample/scenes.ts'
import type { DemoRecipe } from './recipe.ts'
import type { DemoState } from './state.ts'

/** Where a demo keeps its things. */
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

/** The places below a demo's folder. */
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

/** Shows progress of a phase with its rate and the time left, and carries the user's cancel. */
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

/** Starts the child processes of a task; their progress is shown under the demo's phase. */
export function childOf({ command }: Pick<DemoContext, 'command'>, phase: string): RunChild {
  return (name, config, options) =>
    runJob(name, config, {
      signal: command.signal,
      onProgress(progress) {
        const words = [progress.phase, progress.note].filter(word => word !== undefined && word !== phase)
        command.progress.update({
          ...progress,
          phase,
          ...(words.length > 0 ? { note: words.join(', ') } : {}),
        })
      },
      ...options,
    })
}
