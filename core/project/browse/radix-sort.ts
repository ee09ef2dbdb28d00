/** Radix sort of ranks by a measure: a few passes over the numbers, which can be interleaved with other work. */

/** Ranks in ascending order of a measure, and those without it by name. */
export interface Sorted {
  known: Uint32Array
  unknown: Uint32Array
}

/** A sort in progress: each step is one pass. */
export type Sorting = Generator<void, Sorted, void>

/**
 * Sorts by `values`, where negative numbers mean none. A pass takes some 20 ms for a million; values must not change
 * during the sort.
 */
export function* sorting(values: ArrayLike<number>): Sorting {
  const { known: ranks, unknown } = parted(values)
  yield
  const count = ranks.length
  const digits = digitsOf(ranks, values)
  let order = new Uint32Array(count)
  let other = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  yield
  const [low, step] = littleEndian ? [0, 1] : [3, -1]
  for (let digit = 0; digit < 4; digit++) {
    if (pass(digits, low + step * digit, order, other)) {
      ;[order, other] = [other, order]
      yield
    }
  }
  for (let i = 0; i < count; i++) other[i] = ranks[order[i]!]!
  return { known: other, unknown }
}

/** Ranks with a value, and those without (below 0). */
function parted(values: ArrayLike<number>): Sorted {
  const known = new Uint32Array(values.length)
  const unknown = new Uint32Array(values.length)
  let knowns = 0
  let unknowns = 0
  for (let rank = 0; rank < values.length; rank++) {
    if (values[rank]! < 0) unknown[unknowns++] = rank
    else known[knowns++] = rank
  }
  return { known: known.slice(0, knowns), unknown: unknown.slice(0, unknowns) }
}

/** The bit patterns of non-negative doubles have the order of the numbers: four digits of 16 bits each. */
function digitsOf(ranks: Uint32Array, values: ArrayLike<number>): Uint16Array {
  const doubles = new Float64Array(ranks.length)
  for (let i = 0; i < ranks.length; i++) doubles[i] = values[ranks[i]!]! + 0
  return new Uint16Array(doubles.buffer)
}

/** Sorts `order` by the digit `at` into `other`, stably. False: all have the same digit, so nothing was done. */
function pass(digits: Uint16Array, at: number, order: Uint32Array, other: Uint32Array): boolean {
  const count = order.length
  const starts = new Uint32Array(65_536)
  for (let i = 0; i < count; i++) starts[digits[i * 4 + at]!]!++
  if (count === 0 || starts[digits[at]!] === count) return false
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
  return true
}

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
