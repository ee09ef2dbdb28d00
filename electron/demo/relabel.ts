/** Label maps for the demo's training scenes, by `relabel annotate`. */
import { z } from 'zod'
import { commandLine, runCommand } from './command.ts'
import { watchOf } from './context.ts'
import type { DemoContext } from './context.ts'
import { normalising } from './recipe.ts'

/** What the demo keeps of the command's answer. */
const answer = z.object({ annotation: z.string() })

/** The words of the command. */
export function annotateArguments({ recipe, paths }: Pick<DemoContext, 'recipe' | 'paths'>): string[] {
  return [
    ...['annotate', paths.project, '--model', paths.annotator, '--classes', paths.classes],
    ...['--size', String(recipe.relabel.size), '--resize', 'squash', '--top-k', String(recipe.relabel.topK)],
    ...['--mean', normalising.mean.join(','), '--std', normalising.std.join(',')],
    ...['--split', 'train'],
  ]
}

/** Annotates the training scenes; an interrupted annotation is taken up again. Returns the annotation's id. */
export async function relabelScenes(context: DemoContext): Promise<{ annotation: string }> {
  const args = annotateArguments(context)
  context.command.note(`$ ${commandLine(args)}`)
  return runCommand(args, answer, watchOf(context, 'annotate'))
}
