/** Training: options and costs. */
import { probeTraining, resolveRecipe, trainingOptions } from './recipes.ts'
import type { HandlersOf } from '../context.ts'

export const trainingHandlers: HandlersOf<'training.options' | 'training.resolve' | 'training.probe'> = {
  'training.options': () => trainingOptions(),
  'training.resolve': input => resolveRecipe(input),
  'training.probe': (input, { session, signal }) =>
    probeTraining(session.require().project, input, { signal }),
}
