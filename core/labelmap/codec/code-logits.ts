/**
 * Logits as small differences: the first of a cell relative to its neighbours, the others relative to the previous one.
 */
import { fail } from '../../base/error.ts'
import type { BitReader, BitWriter } from './bits.ts'
import { largestToken, putToken, takeToken, unzigzag, zigzag } from './tokens.ts'

/**
 * Half-precision bit patterns in the order of their values, 0…65535: negative ones reversed, positive ones above them.
 */
export const orderHalf = (bits: number): number => (bits & 0x8000 ? 0xffff - bits : bits + 0x8000)

/** Back from {@link orderHalf}. */
export const unorderHalf = (order: number): number => (order & 0x8000 ? order - 0x8000 : 0xffff - order)

/** Levels of one map's logits, each a whole number in 0…65535, row-major `[K, H, W]`. */
export type Levels = Uint16Array

/** Whether the levels fall (or stay) within each cell. */
export function fallsInCells(levels: Levels, cells: number): boolean {
  for (let i = cells; i < levels.length; i++) if (levels[i]! > levels[i - cells]!) return false
  return true
}

/** Predicts a cell from the cells left, above and above left (the median predictor of LOCO-I). */
function predict(levels: Levels, cell: number, W: number, start: number): number {
  const left = cell % W > 0 ? levels[cell - 1]! : -1
  const above = cell >= W ? levels[cell - W]! : -1
  if (left < 0) return above < 0 ? start : above
  if (above < 0) return left
  const corner = levels[cell - W - 1]!
  const plane = left + above - corner
  return Math.max(Math.min(left, above), Math.min(Math.max(left, above), plane))
}

/** Tokens of the levels `[K·H·W]`, the rest of each value in `bits`; `start` is the prediction for the first cell. */
export function putLevels(
  levels: Levels,
  [K, H, W]: readonly [K: number, H: number, W: number],
  falling: boolean,
  start: number,
  bits: BitWriter,
): Uint8Array {
  const cells = H * W
  const tokens = new Uint8Array(K * cells)
  for (let cell = 0; cell < cells; cell++)
    tokens[cell] = putToken(zigzag(levels[cell]! - predict(levels, cell, W, start)), bits)
  for (let i = cells; i < levels.length; i++) {
    const drop = levels[i - cells]! - levels[i]!
    tokens[i] = putToken(falling ? drop : zigzag(drop), bits)
  }
  return tokens
}

/** Levels from {@link putLevels}' tokens; throws 'bad-label-map' if one is outside 0…`top`. */
export function takeLevels(
  tokens: Uint8Array,
  [K, H, W]: readonly [K: number, H: number, W: number],
  { falling, start, top }: { falling: boolean; start: number; top: number },
  bits: BitReader,
): Levels {
  const cells = H * W
  const levels = new Uint16Array(K * cells)
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token > largestToken) fail('bad-label-map', 'a label map holds an unknown code for a logit')
    const value = takeToken(token, bits)
    const level =
      i < cells
        ? predict(levels, i, W, start) + unzigzag(value)
        : levels[i - cells]! - (falling ? value : unzigzag(value))
    if (level < 0 || level > top) fail('bad-label-map', 'a label map holds a logit out of range')
    levels[i] = level
  }
  return levels
}
