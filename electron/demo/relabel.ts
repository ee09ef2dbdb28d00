/** Writes label maps for the demo's training scenes with the steps of `relabel annotate`. */
import { openProject } from '../../core/project/project.ts'
import { requestOf, type AnnotateAsk } from '../tasks/annotate/request.ts'
import { carryOn, findOrBegin } from '../tasks/annotate/steps.ts'
import { childOf } from './context.ts'
import type { DemoContext } from './context.ts'
import { normalising } from './recipe.ts'

/** The annotation's request. */
function annotateAsk({ recipe, paths }: Pick<DemoContext, 'recipe' | 'paths'>): AnnotateAsk {
  return {
    model: paths.annotator,
    classes: paths.classes,
    split: 'train',
    size: recipe.relabel.size,
    resize: 'squash',
    topK: recipe.relabel.topK,
    mean: [...normalising.mean],
    std: [...normalising.std],
    batch: 8,
    logits: 'fp16',
  }
}

/** Annotates the training scenes; continues an interrupted annotation. Returns the annotation's id. */
export async function relabelScenes(context: DemoContext): Promise<{ annotation: string }> {
  const ask = annotateAsk(context)
  const child = childOf(context, 'annotate')
  const project = openProject(context.paths.project)
  try {
    const request = await requestOf(project, ask)
    const row = await findOrBegin(project, request, ask, child)
    await carryOn(project, request, row, ask, child)
    return { annotation: row.id }
  } finally {
    project.close()
  }
}
