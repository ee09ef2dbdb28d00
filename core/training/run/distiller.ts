/** Runs the annotator's classifier on every batch of crops and converts its answers to targets. */
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { openSession } from '../../engine/session.ts'
import type { OnnxModel } from '../../graph/model.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import type { AnnotatorView } from '../loader/messages.ts'
import { engineOf } from '../recipe/engine.ts'
import { answerTargets } from '../supervision/index.ts'

/** The annotator as a teacher. */
export interface AnnotatorSetup {
  /** The classifier, or its file. */
  model: OnnxModel | string
  view: AnnotatorView
  classMap: ClassMap
}

/** Writes targets [batch, classes] for crops [batch, 3, view.size, view.size]. */
export interface Distiller {
  targets(crops: Float32Array, batch: number, out: Float32Array): Promise<void>
  close(): Promise<void>
}

/** Opens the annotator. Rejects with `mismatch` if it does not take the crops or has a different number of classes. */
export async function openDistiller(setup: AnnotatorSetup, recipe: Recipe): Promise<Distiller> {
  const { classMap } = setup
  const session = await openSession(setup.model, engineOf(recipe))
  const input = session.inputs[0]!
  const output = session.outputs[0]!
  const { size } = setup.view
  const annotators = classMap.target.length
  return {
    async targets(crops, batch, out) {
      const feeds = { [input]: { shape: [batch, 3, size, size], data: crops } }
      const answer = (await session.run(feeds))[output]!
      if (answer.data.length !== batch * annotators)
        fail(
          'mismatch',
          `the annotator's output of shape [${answer.shape.join(', ')}] on ${batch} crops of ${size} pixels is not [${batch}, ${annotators}]`,
        )
      answerTargets({ recipe, logits: answer.data, count: batch, classMap }, out)
    },
    close: () => session.close(),
  }
}
