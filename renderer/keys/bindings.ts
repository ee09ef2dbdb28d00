/** Which keys each action has, from the preset and the person's own, and where two actions want the same key. */
import { actionIds, actions, presetKeys, type ActionId, type KeyPreset } from './actions.ts'
import { normalCombo } from './combos.ts'

export type Bindings = Readonly<Record<ActionId, readonly string[]>>

/** Two actions that count in the same place and have the same key. */
export interface Conflict {
  combo: string
  actions: [ActionId, ActionId]
}

/** Keys of every action; words in `own` that are no action or no key are passed over. */
export function bindingsOf(preset: KeyPreset, own: Readonly<Record<string, readonly string[]>>): Bindings {
  const all = {} as Record<ActionId, readonly string[]>
  for (const id of actionIds) {
    const keys = Object.hasOwn(own, id) ? (own[id] ?? []) : presetKeys(id, preset)
    all[id] = [...new Set(keys.map(normalCombo).filter(combo => combo !== null))]
  }
  return all
}

/** Whether both can be meant in one place. */
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
