/** How the view of all cells tells classes apart: by their fixed colours, and by hatches where these look alike. */
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { alikeBelow, oklabDistance, oklabOf, type Rgb } from '../../core/labelmap/colour.ts'
import { classesByArea } from '../../core/labelmap/layers.ts'
import { hatches, type Hatch, type Swatch } from '../../core/labelmap/palette.ts'

/** A class that is strongest somewhere. */
export interface LegendEntry {
  id: number
  cells: number
  swatch: Swatch
}

/**
 * The classes that are strongest somewhere, by area. Each gets the first hatch that no class of a similar colour has;
 * `known` keeps them while areas change.
 */
export function legendOf(
  map: LabelMap,
  known: Map<number, Hatch>,
  colour: (id: number) => Rgb,
): LegendEntry[] {
  const order = classesByArea(map)
  const fresh = order.filter(({ id }) => !known.has(id))
  const places = new Map([...known.keys(), ...fresh.map(({ id }) => id)].map(id => [id, oklabOf(colour(id))]))
  for (const { id } of fresh) {
    const place = places.get(id)!
    const taken = new Set<Hatch>()
    for (const [other, hatch] of known)
      if (!taken.has(hatch) && oklabDistance(place, places.get(other)!) < alikeBelow) taken.add(hatch)
    known.set(id, hatches.find(hatch => !taken.has(hatch)) ?? hatches[known.size % hatches.length]!)
  }
  return order.map(({ id, cells }) => ({ id, cells, swatch: { color: colour(id), hatch: known.get(id)! } }))
}
