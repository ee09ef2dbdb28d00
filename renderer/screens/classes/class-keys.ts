/** Which keys a class may have: none that the Annotate screen uses for itself. */
import { classKeyPattern } from '../../../core/contract/class-key.ts'
import { actionIds, actions, type ActionId } from '../../keys/actions.ts'
import type { Bindings } from '../../keys/bindings.ts'

/** The action of the Annotate screen, or of every screen, that has the key. */
export function actionOfKey(combo: string, bindings: Bindings): ActionId | null {
  const applies = (id: ActionId): boolean =>
    actions[id].contexts.some(context => context === 'annotate' || context === 'global')
  return actionIds.find(id => applies(id) && bindings[id].includes(combo)) ?? null
}

/** Whether a class may have the key, as far as it is written. */
export const isClassKey = (combo: string): boolean => classKeyPattern.test(combo)
