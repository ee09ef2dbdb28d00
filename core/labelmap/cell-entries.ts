/** The entries of one cell of a label map: collected in order, and written back with padding. */
import type { LabelMap } from './label-map.ts'

/** The listed classes of a cell; the first `count` places of each array. */
export interface CellEntries {
  count: number
  ids: number[]
  logits: number[]
}

/** Reusable buffers for one cell. */
export function cellRoom(): CellEntries {
  return { count: 0, ids: [], logits: [] }
}

/** Inserts an entry in order; entries mostly arrive in order, so this is usually one comparison. */
export function insert(room: CellEntries, id: number, logit: number): void {
  const { ids, logits } = room
  let at = room.count++
  while (at > 0 && (logits[at - 1]! < logit || (logits[at - 1] === logit && ids[at - 1]! > id))) {
    ids[at] = ids[at - 1]!
    logits[at] = logits[at - 1]!
    at--
  }
  ids[at] = id
  logits[at] = logit
}

/** What fills the places of a cell that lists fewer classes than the map has room for. */
export interface Padding {
  /** Logit of classes that a cell does not list. */
  fill: number
  /** The classes that pad cells, in this order; default: all, from 0. */
  padding?: ArrayLike<number> | undefined
}

/** Writes a cell's entries and pads it with the first classes that it does not list. */
export function writeCell(into: LabelMap, cell: number, room: CellEntries, { fill, padding }: Padding): void {
  const [K, H, W] = into.shape
  const cells = H * W
  if (room.count < K) {
    const listed = new Set(room.ids.slice(0, room.count))
    for (let n = 0; room.count < K; n++) {
      const id = padding && n < padding.length ? padding[n]! : n
      if (listed.has(id)) continue
      listed.add(id)
      insert(room, id, fill)
    }
  }
  for (let k = 0; k < K; k++) {
    into.ids[k * cells + cell] = room.ids[k]!
    into.logits[k * cells + cell] = room.logits[k]!
  }
}
