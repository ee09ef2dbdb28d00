/**
 * Seeded random numbers: the same seed gives the same numbers on every machine (no transcendental functions in the
 * generator).
 */

/** A generator with 128 bits of state (xoshiro128**, Blackman and Vigna 2018). */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number
  /** Uniform integer in [0, n); n ≥ 1. */
  int(n: number): number
  /** Standard normal (Box–Muller). */
  normal(): number
  /** Beta(a, b) with a, b > 0 (two gamma variates, Marsaglia and Tsang 2000). */
  beta(a: number, b: number): number
  /** Fisher–Yates, in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T
}

const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k))

/** 32-bit mixing of seed words (splitmix-like), so that neighbouring seeds give unrelated streams. */
function mix(words: readonly number[]): () => number {
  let h = 0x9e3779b9
  for (const word of words) {
    // Both halves are used, so that seeds above 2^32 differ too.
    for (const part of [word | 0, Math.floor(word / 4294967296) | 0]) {
      h = Math.imul(h ^ part, 0x85ebca6b)
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
      h ^= h >>> 16
    }
  }
  return () => {
    h = (h + 0x9e3779b9) | 0
    let z = h
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
}

/**
 * A generator from one or several integers, for example `random(seed, epoch, index)`: every sample of a run has its own
 * stream, so results do not depend on which worker draws first.
 */
export function random(...seed: number[]): Random {
  const word = mix(seed)
  let a = word()
  let b = word()
  let c = word()
  let d = word() | 1 // never all zero
  let spare: number | undefined

  function bits(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotate(d, 11)
    return result >>> 0
  }
  const next = (): number => bits() / 4294967296

  function normal(): number {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - next()))
    const angle = 2 * Math.PI * next()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  function gamma(shape: number): number {
    if (shape < 1) return gamma(shape + 1) * Math.pow(1 - next(), 1 / shape)
    const d = shape - 1 / 3
    const c = 1 / Math.sqrt(9 * d)
    for (;;) {
      const x = normal()
      const v = (1 + c * x) ** 3
      if (v > 0 && Math.log(1 - next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }

  return {
    next,
    uniform: (low, high) => low + (high - low) * next(),
    int: n => Math.floor(next() * n),
    normal,
    beta(alpha, beta) {
      const x = gamma(alpha)
      const y = gamma(beta)
      return x + y === 0 ? 0.5 : x / (x + y)
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1))
        const kept = items[i]
        items[i] = items[j]
        items[j] = kept
      }
      return items
    },
  }
}
