/** Registers what an action does while a component lives, and tells components which keys actions have. */
import { computed, onScopeDispose, type ComputedRef } from 'vue'
import { useSettings } from '../stores/settings.ts'
import type { ActionId } from './actions.ts'
import { bindingsOf, type Bindings } from './bindings.ts'
import { register } from './dispatcher.ts'

export function useAction(
  id: ActionId,
  handler: () => void,
  options: { enabled?: () => boolean } = {},
): void {
  onScopeDispose(register(id, handler, options.enabled))
}

/** The keys that count now. */
export function useBindings(): ComputedRef<Bindings> {
  const settings = useSettings()
  return computed(() => bindingsOf(settings.settings.keyPreset, settings.settings.keys))
}
