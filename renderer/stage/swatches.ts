/** Swatches that stay with their classes while an image is corrected, even if the classes' areas change. */
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { classesByArea } from '../../core/labelmap/layers.ts'
import { assignSwatches, swatch } from '../../core/labelmap/palette.ts'
import type { Swatch } from '../../core/labelmap/palette.ts'

/** A class that is strongest somewhere. */
export interface LegendEntry {
  id: number
  cells: number
  swatch: Swatch
}

/** The classes that are strongest somewhere, by area; classes that are not in `known` yet get the next swatches. */
export function legendOf(map: LabelMap, known: Map<number, Swatch>): LegendEntry[] {
  const order = classesByArea(map)
  if (known.size === 0)
    for (const [id, mark] of assignSwatches(order.map(({ id }) => id))) known.set(id, mark)
  for (const { id } of order) if (!known.has(id)) known.set(id, swatch(known.size))
  return order.map(({ id, cells }) => ({ id, cells, swatch: known.get(id)! }))
}
