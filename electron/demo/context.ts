/** What every part of the demo works with: where things are, the recipe, and how to talk to the user. */
import { join } from 'node:path'
import type { CommandContext } from '../cli/action.ts'
import type { DemoRecipe } from './recipe.ts'
import type { Watch } from '../tasks/sample/scenes.ts'
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
    onProgress(done, total, note) {
      const rate = (1000 * done) / (performance.now() - started)
      const pace = done > 0 ? { rate, left: (total - done) / rate } : {}
      command.progress.update({ phase, done, total, ...(note === undefined ? pace : { note }) })
    },
  }
}
