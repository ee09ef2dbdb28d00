/** The keys of each action, from the preset and the user's own, and conflicts between actions. */
import { actionIds, actions, presetKeys, type ActionId, type KeyPreset } from './actions.ts'
import { normalCombo } from './combos.ts'

export type Bindings = Readonly<Record<ActionId, readonly string[]>>

/** Two actions in the same context with the same key. */
export interface Conflict {
  combo: string
  actions: [ActionId, ActionId]
}

/** Keys of every action; entries in `own` that are not valid are ignored. */
export function bindingsOf(preset: KeyPreset, own: Readonly<Record<string, readonly string[]>>): Bindings {
  const all = {} as Record<ActionId, readonly string[]>
  for (const id of actionIds) {
    const keys = Object.hasOwn(own, id) ? (own[id] ?? []) : presetKeys(id, preset)
    all[id] = [...new Set(keys.map(normalCombo).filter(combo => combo !== null))]
  }
  return all
}

/** Whether both can apply in the same context. */
function overlap(a: ActionId, b: ActionId): boolean {
  const [ours, theirs] = [actions[a].contexts, actions[b].contexts]
  return ours.includes('global') || theirs.includes('global') || ours.some(one => theirs.includes(one))
}

export function conflictsOf(bindings: Bindings): Conflict[] {
  const owners = new Map<string, ActionId[]>()
  const found: Conflict[] = []
  for (const id of actionIds)
    for (const combo of bindings[id]) {
      const before = owners.get(combo) ?? []
      for (const other of before) if (overlap(id, other)) found.push({ combo, actions: [other, id] })
      owners.set(combo, [...before, id])
    }
  return found
}
