/** Registers an action's handler while a component is mounted, and gives components the keys of actions. */
import { computed, onScopeDispose, type ComputedRef } from 'vue'
import { useSettings } from '../stores/settings.ts'
import type { ActionId } from './actions.ts'
import { bindingsOf, type Bindings } from './bindings.ts'
import { register, registerHold, registerOther, type Hold } from './dispatcher.ts'

export function useAction(
  id: ActionId,
  handler: () => void,
  options: { enabled?: () => boolean } = {},
): void {
  onScopeDispose(register(id, handler, options.enabled))
}

/** The same for an action that lasts while its key is held. */
export function useHold(id: ActionId, hold: Hold): void {
  onScopeDispose(registerHold(id, hold))
}

/** Keys that no action has: `use` says whether it used one. */
export function useOtherKeys(use: (combo: string) => boolean): void {
  onScopeDispose(registerOther(use))
}

/** The active keys. */
export function useBindings(): ComputedRef<Bindings> {
  const settings = useSettings()
  return computed(() => bindingsOf(settings.settings.keyPreset, settings.settings.keys))
}
