/** The counts next to each filter, each computed under all other filters. */
import type { Histograms, ImageFilter } from '../../contract/api/browse.ts'
import { reviewStates } from '../../contract/review-state.ts'
import { mostBits, stateBits, reviewBit } from './state-bits.ts'
import { reason } from './filter-reasons.ts'
import { columnsOf, reasonsFor, type QueryCache } from './query-cache.ts'
import { passes, type StateCounts, type StateCount } from './state-counts.ts'

const bins = 20
const mostClasses = 1000

function without(filter: ImageFilter, name: keyof ImageFilter): ImageFilter {
  const rest = { ...filter }
  delete rest[name]
  return rest
}

interface Counted {
  /** By split and states, under a filter without conditions on these. */
  rows: Omit<StateCount, 'bin'>[]
  /** By class, from −1. */
  classes: Uint32Array
  predicted: Uint32Array
  confidence: number[]
}

/** One pass over all images: each counts in every histogram whose own condition is the only one that excludes it. */
function counted(cache: QueryCache, filter: ImageFilter): Counted {
  const columns = columnsOf(cache)
  const reasons = reasonsFor(cache, filter)
  const { bits, label, top, confidence } = columns
  const classes = new Uint32Array(cache.stateCounts.classes + 1)
  const predicted = new Uint32Array(cache.stateCounts.classes + 1)
  const sure = new Array<number>(bins).fill(0)
  const rows: Counted['rows'] = []
  const states = new Uint32Array(mostBits)
  for (const { split, first, count } of cache.stretches) {
    states.fill(0)
    for (let rank = first; rank < first + count; rank++) {
      const fail = reasons ? reasons[rank]! : 0
      if ((fail & ~reason.states) === 0) states[bits[rank]!]!++
      if ((fail & ~reason.classes) === 0) classes[label[rank]! + 1]!++
      if ((fail & ~reason.predicted) === 0) predicted[top[rank]! + 1]!++
      if ((fail & ~reason.confidence) === 0) {
        const value = confidence[rank]!
        if (value >= 0) sure[Math.min(bins - 1, Math.floor(value * bins))]!++
      }
    }
    states.forEach((images, value) => {
      if (images > 0) rows.push({ split, bits: value, images })
    })
  }
  return { rows, classes, predicted, confidence: sure }
}

/** The values with the most images first; `from`: the first class to include. */
function groups(counts: Uint32Array, from: -1 | 0): { value: number; count: number }[] {
  const found: { value: number; count: number }[] = []
  counts.forEach((count, index) => {
    if (count > 0 && index - 1 >= from) found.push({ value: index - 1, count })
  })
  return found.sort((a, b) => b.count - a.count || a.value - b.value).slice(0, mostClasses)
}

/** The values of one state with their counts, under the other states and splits. */
function facet<T>(
  stateCounts: StateCounts,
  rows: readonly Omit<StateCount, 'bin'>[],
  filter: ImageFilter,
  values: readonly { value: T; is: (row: Omit<StateCount, 'bin'>) => boolean }[],
): { value: T; count: number }[] {
  const pass = passes(stateCounts, filter)
  return values.map(({ value, is }) => {
    let count = 0
    for (const row of rows) if (is(row) && pass(row)) count += row.images
    return { value, count }
  })
}

const yesNo = (bits: { yes: number; no: number }) => [
  { value: true, is: (row: { bits: number }) => (row.bits & bits.yes) !== 0 },
  { value: false, is: (row: { bits: number }) => (row.bits & bits.no) !== 0 },
]

export function histogramsOf(cache: QueryCache, filter: ImageFilter): Histograms {
  const { stateCounts } = cache
  const { rows, classes, predicted, confidence } = counted(cache, filter)
  const splits = [...stateCounts.splits].map(([id, value]) => ({
    value,
    is: (row: { split: number }) => row.split === id,
  }))
  const states = reviewStates.map(value => ({
    value,
    is: (row: { bits: number }) => (row.bits & reviewBit(value)) !== 0,
  }))
  return {
    splits: facet(stateCounts, rows, without(filter, 'splits'), splits),
    classes: groups(classes, -1),
    predicted: groups(predicted, 0),
    review: facet(stateCounts, rows, without(filter, 'review'), states),
    corrected: facet(stateCounts, rows, without(filter, 'corrected'), yesNo(stateBits.corrected)),
    disagree: facet(stateCounts, rows, without(filter, 'disagree'), yesNo(stateBits.disagree)),
    listed: facet(stateCounts, rows, without(filter, 'listed'), yesNo(stateBits.listed)),
    changed: facet(stateCounts, rows, without(filter, 'changed'), yesNo(stateBits.changed)),
    confidence,
  }
}
