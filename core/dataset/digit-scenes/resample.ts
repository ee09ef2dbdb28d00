/** Bilinear resampling of one channel with antialiasing: a triangle filter that widens where it shrinks. */

interface Taps {
  first: Int32Array
  weights: Float32Array
  /** Weights per position. */
  width: number
}

const cache = new Map<number, Taps>()

/** Weights of one axis, sample centres at i + ½, edges cut off and renormalised. */
function taps(from: number, to: number): Taps {
  const key = from * 65536 + to
  const known = cache.get(key)
  if (known) return known
  const scale = from / to
  const support = Math.max(1, scale)
  const width = Math.min(from, Math.ceil(support) * 2 + 1)
  const first = new Int32Array(to)
  const weights = new Float32Array(to * width)
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale
    const low = Math.max(0, Math.min(from - width, Math.floor(centre - support)))
    first[i] = low
    let sum = 0
    for (let k = 0; k < width; k++) {
      const weight = Math.max(0, 1 - Math.abs(low + k + 0.5 - centre) / support)
      weights[i * width + k] = weight
      sum += weight
    }
    for (let k = 0; k < width; k++) weights[i * width + k] = (weights[i * width + k] ?? 0) / sum
  }
  const made = { first, weights, width }
  if (cache.size < 10_000) cache.set(key, made)
  return made
}

/** Resamples `[h, w]` values to `[height, width]`; both sides at most 65,535. */
export function resample(
  source: Float32Array,
  [h, w]: readonly [number, number],
  [height, width]: readonly [number, number],
): Float32Array {
  const across = taps(w, width)
  const rows = new Float32Array(h * width)
  for (let y = 0; y < h; y++)
    for (let x = 0; x < width; x++) {
      const start = y * w + (across.first[x] ?? 0)
      let sum = 0
      for (let k = 0; k < across.width; k++)
        sum += (source[start + k] ?? 0) * (across.weights[x * across.width + k] ?? 0)
      rows[y * width + x] = sum
    }
  const down = taps(h, height)
  const result = new Float32Array(height * width)
  for (let y = 0; y < height; y++)
    for (let k = 0; k < down.width; k++) {
      const weight = down.weights[y * down.width + k] ?? 0
      if (weight === 0) continue
      const start = ((down.first[y] ?? 0) + k) * width
      for (let x = 0; x < width; x++)
        result[y * width + x] = (result[y * width + x] ?? 0) + weight * (rows[start + x] ?? 0)
    }
  return result
}
