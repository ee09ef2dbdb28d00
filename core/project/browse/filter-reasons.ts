/** Which images a filter excludes, and why: the basis of counts, lists and histograms. */
import type { ImageFilter } from '../../contract/api/browse.ts'
import { rejectedBits } from './state-bits.ts'
import type { Columns, Stretch } from './columns.ts'
import type { Hits } from './text-search.ts'

/** Why an image does not pass, each as a bit. */
export const reason = { text: 1, classes: 2, predicted: 4, confidence: 8, states: 16 } as const

export const isGiven = <T>(list: readonly T[] | undefined): list is readonly T[] =>
  list !== undefined && list.length > 0

/** Whether the filter has conditions other than the text. */
export const needsColumns = (filter: ImageFilter): boolean =>
  rejectedBits(filter) !== 0 ||
  isGiven(filter.splits) ||
  isGiven(filter.classes) ||
  isGiven(filter.predicted) ||
  filter.confidence !== undefined

/** Reasons by rank; 0: it passes. `splits`: ids of the splits that pass. `columns` if `needsColumns`. */
export function reasonsAgainst(
  filter: ImageFilter,
  stretches: readonly Stretch[],
  splits: ReadonlySet<number>,
  columns: Columns | null,
  hits: Hits | null,
): Uint8Array {
  const count = stretches.reduce((sum, stretch) => sum + stretch.count, 0)
  const reasons = new Uint8Array(count)
  if (hits) for (let rank = 0; rank < count; rank++) reasons[rank] = hits.found[rank]! ^ reason.text
  if (!columns) return reasons
  const reject = rejectedBits(filter)
  const { bits, confidence } = columns
  if (reject !== 0)
    for (let rank = 0; rank < count; rank++) if ((bits[rank]! & reject) !== 0) reasons[rank]! |= reason.states
  for (const { split, first, count: images } of stretches)
    if (!splits.has(split))
      for (let rank = first; rank < first + images; rank++) reasons[rank]! |= reason.states
  if (isGiven(filter.classes)) keepListed(reasons, columns.label, filter.classes, reason.classes)
  if (isGiven(filter.predicted))
    keepListed(
      reasons,
      columns.top,
      filter.predicted.filter(value => value >= 0),
      reason.predicted,
    )
  if (filter.confidence) {
    const low = Math.max(0, filter.confidence[0])
    const high = filter.confidence[1]
    for (let rank = 0; rank < count; rank++)
      if (!(confidence[rank]! >= low && confidence[rank]! <= high)) reasons[rank]! |= reason.confidence
  }
  return reasons
}

/** Classes count from −1 (none) to a million. */
function keepListed(reasons: Uint8Array, values: Int32Array, list: readonly number[], bit: number): void {
  const most = list.reduce((a, b) => Math.max(a, b), -1)
  const listed = new Uint8Array(Math.min(most, 1e7) + 2)
  for (const value of list) if (value >= -1) listed[value + 1] = 1
  for (let rank = 0; rank < values.length; rank++) if (listed[values[rank]! + 1] !== 1) reasons[rank]! |= bit
}
