/** Carries an image's corrections to another annotation: every edit is replayed by its meaning on the other label map. */
import type { Change, Edit } from '../../contract/api/corrections.ts'
import type { ClassSpace } from '../class-space.ts'
import type { LabelMap } from '../label-map.ts'
import { classesThere, operationThere } from './carry-classes.ts'
import { changesInForce } from './carry-chains.ts'
import { applyChanges, changedCells, emptyLayer, entryAt, type CorrectionLayer } from './layer.ts'
import { cellOf, leaderOf } from './meaning.ts'
import { planChanges } from './plan.ts'
import { revertEdit } from './revert.ts'

/** The corrections of an image under the annotation that they come from. */
export interface CarrySource {
  /** Edits in force, oldest first, reverts included. */
  edits: readonly Edit[]
  space: ClassSpace
  /** Cells of its label map. */
  height: number
  width: number
}

/** The image under the other annotation: the machine's map, and what was corrected there already. */
export interface CarryDestination {
  map: LabelMap
  layer: CorrectionLayer
  space: ClassSpace
}

export interface CarryOptions {
  /** [classes of the source's annotator]: the same class of the other annotator, or −1. */
  counterparts: ArrayLike<number>
  /** The id of an edit at the destination: always the same, so that saving twice saves once. */
  idOf: (edit: string) => string
  /** Whether the destination has this edit already, in whatever state. */
  isThere: (edit: string) => boolean
}

/**
 * Why an edit is not carried: it was before; neither the project nor the other annotator has its class; its two classes are
 * one there; no cell's centre lies in its cells; it changes nothing there.
 */
export type LeftOutReason = 'carried' | 'no-class' | 'one-class' | 'no-cell' | 'no-effect'

export interface LeftOut {
  /** Id at the source. */
  edit: string
  reason: LeftOutReason
  /** `no-class` and `one-class`: the class, as the source shows it; else null. */
  class: number | null
}

/** A cell of the destination that another shown class leads; −1: none. */
export interface LeaderChange {
  cell: number
  from: number
  to: number
}

/** What carrying does; nothing is saved. */
export interface Carried {
  /** To be applied in this order to the destination's layer. */
  edits: Edit[]
  /** Edits in force at the source that are not carried. */
  leftOut: LeftOut[]
  leaders: LeaderChange[]
  /** The destination's layer with the edits. */
  layer: CorrectionLayer
}

/**
 * The edits that do at the destination what those of the source mean: the same operation, amount, author and time, on the
 * class's counterpart, in the cells whose centre lies in a cell that the edit changed. What the source's edits say about
 * each other holds there too: the whole history is replayed, and then only changes that are still in force are kept, so
 * that reverted ones are left out. On an equal map without corrections the layer is the source's, but for ids. Throws
 * 'conflict' if the source's edits do not follow from each other.
 */
export function carryEdits(
  source: CarrySource,
  destination: CarryDestination,
  options: CarryOptions,
): Carried {
  const { map, space } = destination
  const there = placesOf(source, map)
  const classes = classesThere(source.space, space, options.counterparts)
  const reasons = new Map<string, Pick<LeftOut, 'reason' | 'class'>>()
  const replayed: Edit[] = []
  let layer = destination.layer

  /** The changes that the edit makes at the destination as it is now. */
  const replay = (edit: Edit, id: string): Pick<Edit, 'operation' | 'changes'> | null => {
    const cells = changedCells(edit.changes).flatMap(cell => there[cell] ?? [])
    if (edit.operation.kind === 'revert') {
      const changes = revertThere(edit, cells, { layer, destination, replayed, idOf: options.idOf })
      return { operation: edit.operation, changes }
    }
    const leaveOut = (reason: LeftOutReason, about: number | null = null): null => {
      reasons.set(edit.id, { reason, class: about })
      return null
    }
    if (options.isThere(edit.id)) return leaveOut('carried')
    const found = operationThere(edit.operation, classes)
    if ('reason' in found) return leaveOut(found.reason, found.class)
    if (cells.length === 0) return leaveOut('no-cell')
    const { operation } = found
    return {
      operation,
      changes: planChanges(map, layer, cells, operation, { edit: id, fill: space.fill, space }),
    }
  }

  for (const edit of source.edits) {
    const id = options.idOf(edit.id)
    const made = replay(edit, id)
    if (!made || made.changes.length === 0) continue
    layer = applyChanges(layer, made.changes)
    replayed.push({ ...edit, id, ...made })
  }
  const kept = changesInForce(layer, replayed)
  const edits = replayed.flatMap(edit => {
    const changes = kept.get(edit.id)
    return changes ? [{ ...edit, changes }] : []
  })
  const carried = new Set(edits.map(edit => edit.id))
  const leftOut = [...editsInForce(source.edits)]
    .filter(id => !carried.has(options.idOf(id)))
    .map(edit => ({ edit, ...(reasons.get(edit) ?? { reason: 'no-effect' as const, class: null }) }))
  return { edits, leftOut, leaders: changedLeaders(destination, layer, edits), layer }
}

/** Of each source cell the destination's cells whose centre lies in it. */
function placesOf({ height, width }: Pick<CarrySource, 'height' | 'width'>, map: LabelMap): number[][] {
  const [, H, W] = map.shape
  const places = Array.from({ length: height * width }, (): number[] => [])
  // In whole numbers, so that equal grids map one to one.
  const along = (at: number, cells: number, from: number): number =>
    Math.floor(((2 * at + 1) * from) / (2 * cells))
  for (let y = 0; y < H; y++)
    for (let x = 0; x < W; x++) places[along(y, H, height) * width + along(x, W, width)]!.push(y * W + x)
  return places
}

/** What a revert of the source takes back of the replayed edits; corrections that were there before stay. */
function revertThere(
  { operation, changes }: Edit,
  cells: readonly number[],
  {
    layer,
    destination,
    replayed,
    idOf,
  }: {
    layer: CorrectionLayer
    destination: CarryDestination
    replayed: readonly Edit[]
    idOf: CarryOptions['idOf']
  },
): Change[] {
  if (operation.what === 'edit') {
    // All changes of such a revert are based on entries of the edit that it reverts.
    const target = changes[0]?.before
    const id = target ? idOf(target.edit) : null
    return id !== null && replayed.some(edit => edit.id === id) ? revertEdit(layer, replayed, id) : []
  }
  const own = new Set(replayed.map(edit => edit.id))
  const found: Change[] = []
  for (const cell of operation.what === 'all' ? layer.keys() : cells)
    for (const [id, entry] of layer.get(cell) ?? [])
      if (own.has(entry.edit))
        found.push({ cell, class: id, before: entry, after: entryAt(destination.layer, cell, id) })
  return found
}

/** Ids of the edits of which something is left in the layer that they make, oldest first. */
function editsInForce(edits: readonly Edit[]): Set<string> {
  let layer = emptyLayer
  for (const { changes } of edits) layer = applyChanges(layer, changes)
  const kept = changesInForce(layer, edits)
  return new Set(edits.filter(edit => kept.has(edit.id)).map(edit => edit.id))
}

function changedLeaders(
  { map, layer, space }: CarryDestination,
  after: CorrectionLayer,
  edits: readonly Edit[],
): LeaderChange[] {
  const cells = new Set(edits.flatMap(edit => changedCells(edit.changes)))
  return [...cells]
    .sort((a, b) => a - b)
    .map(cell => ({
      cell,
      from: leaderOf(cellOf(map, layer, cell, space)),
      to: leaderOf(cellOf(map, after, cell, space)),
    }))
    .filter(({ from, to }) => from !== to)
}
