/** The message key of an action's title. */
import type { ActionId } from './actions.ts'

/** Message key of an action's title (dots would open a level, so they are written as _). */
export const titleKey = (id: ActionId): string => `keys.actions.${id.replace('.', '_')}`
