/** Actions that last while their key is held: what is pressed and released when; pure. */
import type { ActionId } from './actions.ts'

/** A key that is held, and since when (milliseconds). */
export interface Held {
  id: ActionId
  /** The physical key. */
  key: string
  since: number
}

export type HoldEvent =
  { kind: 'down'; id: ActionId; key: string; at: number } | { kind: 'up'; key: string; at: number }

/** What an event causes, besides the keys that are held then. */
export interface HoldStep {
  held: readonly Held[]
  pressed: ActionId | null
  /** `tap`: it was held so briefly that it counts as a single press. */
  released: { id: ActionId; tap: boolean } | null
}

/** Released before this, a key was tapped, milliseconds. */
const tapLimit = 250

/** A key went down or up. Repeats of a key that is down, and an action's second key, change nothing. */
export function reduceHolds(held: readonly Held[], event: HoldEvent): HoldStep {
  if (event.kind === 'down') {
    const { id, key, at } = event
    if (held.some(one => one.id === id || one.key === key)) return { held, pressed: null, released: null }
    return { held: [...held, { id, key, since: at }], pressed: id, released: null }
  }
  const ended = held.find(one => one.key === event.key)
  if (!ended) return { held, pressed: null, released: null }
  return {
    held: held.filter(one => one !== ended),
    pressed: null,
    released: { id: ended.id, tap: event.at - ended.since < tapLimit },
  }
}
