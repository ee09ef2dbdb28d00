/** Ranks sorted by a measure: by radix, as fast as a few passes over the numbers. */
import type { Columns, SortKey } from './columns.ts'

/** Made once, and kept while no value changes. */
export function sortedBy(columns: Columns, key: SortKey): { known: Uint32Array; unknown: Uint32Array } {
  const ready = columns.sorted.get(key)
  if (ready) return ready
  const values = columns[key]
  const known = new Uint32Array(columns.count)
  const unknown = new Uint32Array(columns.count)
  let knowns = 0
  let unknowns = 0
  for (let rank = 0; rank < columns.count; rank++) {
    if (values[rank]! < 0) unknown[unknowns++] = rank
    else known[knowns++] = rank
  }
  const result = {
    known: sortRanks(known.slice(0, knowns), values),
    unknown: unknown.slice(0, unknowns),
  }
  columns.sorted.set(key, result)
  return result
}

/** Sorts ranks by their values, which are 0 or above; equal ones keep their order. */
export function sortRanks(ranks: Uint32Array, values: ArrayLike<number>): Uint32Array {
  const count = ranks.length
  // The bits of doubles from 0 up are in the order of the numbers.
  const doubles = new Float64Array(count)
  for (let i = 0; i < count; i++) doubles[i] = values[ranks[i]!]! + 0
  const digits = new Uint16Array(doubles.buffer)
  const [low, step] = littleEndian ? [0, 1] : [3, -1]
  let order = new Uint32Array(count).map((_, index) => index)
  let other = new Uint32Array(count)
  const starts = new Uint32Array(65_536)
  for (let digit = 0; digit < 4; digit++) {
    const at = low + step * digit
    starts.fill(0)
    for (let i = 0; i < count; i++) starts[digits[i * 4 + at]!]!++
    if (count > 0 && starts[digits[at]!] === count) continue
    let sum = 0
    for (let value = 0; value < 65_536; value++) {
      const here = starts[value]!
      starts[value] = sum
      sum += here
    }
    for (let i = 0; i < count; i++) {
      const index = order[i]!
      other[starts[digits[index * 4 + at]!]!++] = index
    }
    ;[order, other] = [other, order]
  }
  for (let i = 0; i < count; i++) other[i] = ranks[order[i]!]!
  return other
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
