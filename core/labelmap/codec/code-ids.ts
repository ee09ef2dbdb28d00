/** Class ids as positions in a list of recently seen classes: neighbouring cells mostly list the same ones. */
import { fail } from '../../base/error.ts'
import type { BitReader, BitWriter } from './bits.ts'
import { largestToken, putToken, takeToken } from './tokens.ts'

/**
 * A list of all classes seen so far, the latest first. Before a cell is coded, the classes of the cell above and of the
 * cell to the left are moved to the front (left 0, above 0, left 1, above 1 …); each coded class moves to the front too,
 * so that the first k of the list are the cell's own and never coded again.
 * Classes are numbered in the order in which they were seen; `entries` holds those numbers `[K, H, W]`.
 */
function recentClasses([K, H, W]: readonly [number, number, number]) {
  const cells = H * W
  const entries = new Int32Array(K * cells)
  const list = new Int32Array(K * cells)
  /** Position of each class in the list: searching for it would dominate the time. */
  const places = new Int32Array(K * cells)
  const ids: number[] = []
  function toFront(index: number): void {
    for (let p = places[index]!; p > 0; p--) {
      const moved = list[p - 1]!
      list[p] = moved
      places[moved] = p
    }
    list[0] = index
    places[index] = 0
  }
  return {
    entries,
    list,
    places,
    toFront,
    /** The id of each class seen. */
    ids,
    /** A new class is put at the front as well. */
    add(id: number): number {
      const index = ids.push(id) - 1
      places[index] = index
      toFront(index)
      return index
    },
    enterCell(cell: number): void {
      for (let k = K - 1; k >= 0; k--) {
        if (cell >= W) toFront(entries[k * cells + cell - W]!)
        if (cell % W > 0) toFront(entries[k * cells + cell - 1]!)
      }
    },
  }
}

/** Number of bits for a class id of this map. */
export function idBits(ids: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < ids.length; i++) largest = Math.max(largest, ids[i]!)
  return largest === 0 ? 1 : Math.floor(Math.log2(largest)) + 1
}

/**
 * Tokens of the ids, cell by cell, `[H·W·K]`: 0 is a class seen for the first time (its id follows in `bits`), n > 0
 * the class at position n − 1 + k of the list. No class may occur twice in a cell.
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
  const recent = recentClasses(shape)
  const known = new Map<number, number>()
  let n = 0
  for (let cell = 0; cell < cells; cell++) {
    recent.enterCell(cell)
    for (let k = 0; k < K; k++) {
      const id = ids[k * cells + cell]!
      let index = known.get(id)
      if (index === undefined) {
        tokens[n++] = 0
        bits.write(id, width)
        index = recent.add(id)
        known.set(id, index)
      } else {
        tokens[n++] = putToken(recent.places[index]! - k + 1, bits)
        recent.toFront(index)
      }
      recent.entries[k * cells + cell] = index
    }
  }
  return tokens
}

/** Ids from {@link putIds}' tokens, row-major `[K, H, W]`; throws 'bad-label-map' if they are invalid. */
export function takeIds(
  tokens: Uint8Array,
  shape: readonly [K: number, H: number, W: number],
  width: number,
  bits: BitReader,
): Uint16Array | Uint32Array {
  const [K, H, W] = shape
  const cells = H * W
  const ids = width <= 16 ? new Uint16Array(K * cells) : new Uint32Array(K * cells)
  const recent = recentClasses(shape)
  let n = 0
  for (let cell = 0; cell < cells; cell++) {
    recent.enterCell(cell)
    for (let k = 0; k < K; k++) {
      const token = tokens[n++]!
      if (token > largestToken) fail('bad-label-map', 'a label map holds an unknown code for a class')
      let index: number
      if (token === 0) {
        index = recent.add(bits.read(width))
      } else {
        const at = takeToken(token, bits) - 1 + k
        if (at >= recent.ids.length)
          fail('bad-label-map', 'a label map refers to a class that it did not list')
        index = recent.list[at]!
        recent.toFront(index)
      }
      recent.entries[k * cells + cell] = index
      ids[k * cells + cell] = recent.ids[index]!
    }
  }
  return ids
}
