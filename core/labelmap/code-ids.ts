/** Class ids as positions in a list of recently seen classes: neighbouring cells mostly list the same ones. */
import { fail } from '../base/error.ts'
import type { BitReader, BitWriter } from './bits.ts'
import { largestToken, putToken, takeToken } from './tokens.ts'

/**
 * A list of all classes met so far, the latest in front. Before a cell is coded, the classes of the cell above and of the
 * cell to the left are brought to the front (left 0, above 0, left 1, above 1 …); each coded class moves to the front too,
 * so that the first k of the list are the cell's own and never coded again.
 */
function recentClasses() {
  const list: number[] = []
  function toFront(id: number, at: number): void {
    for (let p = at; p > 0; p--) list[p] = list[p - 1]!
    list[0] = id
  }
  return {
    list,
    toFront,
    /** A new class is put in front as well. */
    add: (id: number): void => toFront(id, list.length),
    enterCell(ids: ArrayLike<number>, [K, H, W]: readonly [number, number, number], cell: number): void {
      const cells = H * W
      for (let k = K - 1; k >= 0; k--) {
        if (cell >= W) {
          const above = ids[k * cells + cell - W]!
          toFront(above, list.indexOf(above))
        }
        if (cell % W > 0) {
          const left = ids[k * cells + cell - 1]!
          toFront(left, list.indexOf(left))
        }
      }
    },
  }
}

/** How many bits a class id of this map takes. */
export function idBits(ids: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < ids.length; i++) largest = Math.max(largest, ids[i]!)
  return largest === 0 ? 1 : Math.floor(Math.log2(largest)) + 1
}

/**
 * Tokens of the ids, cell by cell, `[H·W·K]`: 0 is a class met for the first time (its id follows in `bits`), n > 0 the class
 * at position n − 1 + k of the list. No class may occur twice in a cell.
 */
export function putIds(
  ids: ArrayLike<number>,
  shape: readonly [K: number, H: number, W: number],
  width: number,
  bits: BitWriter,
): Uint8Array {
  const [K, H, W] = shape
  const cells = H * W
  const tokens = new Uint8Array(K * cells)
  const recent = recentClasses()
  let n = 0
  for (let cell = 0; cell < cells; cell++) {
    recent.enterCell(ids, shape, cell)
    for (let k = 0; k < K; k++) {
      const id = ids[k * cells + cell]!
      const at = recent.list.indexOf(id)
      if (at < 0) {
        tokens[n++] = 0
        bits.write(id, width)
        recent.add(id)
      } else {
        tokens[n++] = putToken(at - k + 1, bits)
        recent.toFront(id, at)
      }
    }
  }
  return tokens
}

/** Ids from {@link putIds}' tokens, row-major `[K, H, W]`; throws 'bad-label-map' when they make no sense. */
export function takeIds(
  tokens: Uint8Array,
  shape: readonly [K: number, H: number, W: number],
  width: number,
  bits: BitReader,
): Uint16Array | Uint32Array {
  const [K, H, W] = shape
  const cells = H * W
  const ids = width <= 16 ? new Uint16Array(K * cells) : new Uint32Array(K * cells)
  const recent = recentClasses()
  let n = 0
  for (let cell = 0; cell < cells; cell++) {
    recent.enterCell(ids, shape, cell)
    for (let k = 0; k < K; k++) {
      const token = tokens[n++]!
      if (token > largestToken) fail('bad-label-map', 'a label map holds an unknown code for a class')
      let id: number
      if (token === 0) {
        id = bits.read(width)
        recent.add(id)
      } else {
        const at = takeToken(token, bits) - 1 + k
        if (at >= recent.list.length)
          fail('bad-label-map', 'a label map refers to a class that it did not list')
        id = recent.list[at]!
        recent.toFront(id, at)
      }
      ids[k * cells + cell] = id
    }
  }
  return ids
}
