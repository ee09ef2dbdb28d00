/** Splitting small non-negative integers into a token that compresses well and bits that do not compress at all. */
import type { BitReader, BitWriter } from './bits.ts'

/** Values below this are their own token. */
const direct = 8

/** Tokens are at most this (values up to 2^17 + 6). */
export const largestToken = direct + 2 * 17 + 1

/**
 * The token of `value` (0 … 2^17): itself below 8, else the position of its highest bit and the bit behind it; the rest
 * goes to `bits`. This is the exponential Golomb code with its prefix left to the compressor.
 */
export function putToken(value: number, bits: BitWriter): number {
  if (value < direct) return value
  const rest = value - direct + 1
  const top = 31 - Math.clz32(rest)
  if (top === 0) return direct
  bits.write(rest, top - 1)
  return direct + 2 * top + ((rest >>> (top - 1)) & 1)
}

/** The value of a token, with its low bits from `bits`. */
export function takeToken(token: number, bits: BitReader): number {
  if (token < direct) return token
  const top = (token - direct) >> 1
  if (top === 0) return direct
  const head = (1 << top) | ((token & 1) << (top - 1))
  return head + bits.read(top - 1) + direct - 1
}

/** Signed to non-negative: 0, −1, 1, −2, 2 … → 0, 1, 2, 3, 4 … */
export const zigzag = (n: number): number => (n >= 0 ? 2 * n : -2 * n - 1)

/** Back from {@link zigzag}. */
export const unzigzag = (n: number): number => (n & 1 ? -((n + 1) >> 1) : n >> 1)
