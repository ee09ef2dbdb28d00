/** How the review shows label maps: the view, its strength and the class of the second view; pure. */
import { mostTint, usualTint } from '../../labelmap/draw-regions.ts'
import { viewNames, type ViewName } from '../../labelmap/views.ts'

export interface Sight {
  view: ViewName
  /** The map is shown at all. */
  shown: boolean
  /** Largest alpha of the tint of regions, 0…{@link mostTint}. */
  tint: number
  /** Alpha of the other views, 0…1. */
  opacity: number
}

export const firstSight: Sight = { view: 'regions', shown: true, tint: usualTint, opacity: 0.55 }

/** What was kept from the last time; anything else is the default. */
export function sightFrom(text: string | null): Sight {
  const view = viewNames.find(name => name === text)
  return view ? { ...firstSight, view } : firstSight
}

/** The part that the slider changes, of how much, and in which steps. */
export const strengthOf = ({ view, tint, opacity }: Sight): { value: number; most: number; step: number } =>
  view === 'regions' ? { value: tint, most: mostTint, step: 0.05 } : { value: opacity, most: 1, step: 0.1 }

export function withStrength(sight: Sight, value: number): Sight {
  const { most } = strengthOf(sight)
  const rounded = Math.round(Math.max(0, Math.min(most, value)) * 100) / 100
  return sight.view === 'regions' ? { ...sight, tint: rounded } : { ...sight, opacity: rounded }
}

/** Keys that are held: the bare picture, or only the class under the pointer. */
export interface Peek {
  bare: boolean
  alone: boolean
}

/** What is drawn over the picture. */
export type Drawn =
  | { kind: 'nothing' }
  /** Regions: of all drawn classes, or of one of them. */
  | { kind: 'regions'; only: number | null }
  /** The strength of one class. */
  | { kind: 'class'; id: number }
  /** The strongest class of every cell. */
  | { kind: 'cells' }

/**
 * `under`: the class under the pointer; `chosen`: the class of the second view; `isOutlined`: whether a class has
 * regions. One without is shown by its strength instead.
 */
export function drawnNow(
  { view, shown }: Sight,
  { bare, alone }: Peek,
  classes: { under: number | null; chosen: number | null; isOutlined(id: number): boolean },
): Drawn {
  const { under, chosen, isOutlined } = classes
  if (bare) return { kind: 'nothing' }
  if (alone) {
    if (under === null) return { kind: 'nothing' }
    return view === 'regions' && isOutlined(under)
      ? { kind: 'regions', only: under }
      : { kind: 'class', id: under }
  }
  if (!shown) return { kind: 'nothing' }
  if (view === 'regions') return { kind: 'regions', only: null }
  if (view === 'class') return chosen === null ? { kind: 'nothing' } : { kind: 'class', id: chosen }
  return { kind: 'cells' }
}
