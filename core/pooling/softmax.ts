/** Softmax over C classes of which most share one logit. */

/** Logits of C classes: `values[list[i]]` for i < count, and `background` for every class not listed. */
export interface SparseLogits {
  classes: number
  values: Float64Array
  list: Int32Array
  count: number
  background: number
  /** Classes that have no mass, as if their logit were −∞; never listed. */
  dead?: Int32Array | undefined
}

/** Writes the logits of all C classes to `out` [C]. */
export function denseLogits(z: SparseLogits, out: Float32Array): void {
  out.fill(z.background, 0, z.classes)
  for (let i = 0; i < z.count; i++) {
    const id = z.list[i]!
    out[id] = z.values[id]!
  }
}

/**
 * Writes `exp(z_c) / Σ exp(z)` to `out` [C] with one exponential per listed class and one for all others together.
 * `shares` needs room for `count` numbers.
 */
export function sparseSoftmax(z: SparseLogits, shares: Float64Array, out: Float32Array): void {
  const { classes, values, list, count, background, dead } = z
  const others = classes - count - (dead?.length ?? 0)
  let top = others > 0 ? background : -Infinity
  for (let i = 0; i < count; i++) {
    const value = values[list[i]!]!
    if (value > top) top = value
  }
  const rest = Math.exp(background - top)
  let total = others * rest
  for (let i = 0; i < count; i++) {
    const share = Math.exp(values[list[i]!]! - top)
    total += share
    shares[i] = share
  }
  const scale = 1 / total
  out.fill(rest * scale, 0, classes)
  for (let i = 0; i < count; i++) out[list[i]!] = shares[i]! * scale
  if (dead) for (const id of dead) out[id] = 0
}

/** The class with the highest logit; ties go to the lower class. */
export function sparseArgmax(z: SparseLogits): number {
  let best = -1
  let top = -Infinity
  for (let i = 0; i < z.count; i++) {
    const id = z.list[i]!
    const value = z.values[id]!
    if (value > top || (value === top && id < best)) {
      best = id
      top = value
    }
  }
  const { dead } = z
  if (z.count + (dead?.length ?? 0) === z.classes || top > z.background) return best
  const listed = new Set(z.list.subarray(0, z.count))
  if (dead) for (const id of dead) listed.add(id)
  let first = 0
  while (listed.has(first)) first++
  return top === z.background ? Math.min(best, first) : first
}
