/**
 * The three class spaces and the ways between them: map classes, which label maps and layers hold; shown classes, which
 * every screen shows and every person picks; project classes, which targets have.
 */
import { extendClassMap } from './class-map.ts'
import type { ClassMap } from './class-map.ts'
import { cellRoom, insert, writeCell, type CellEntries, type Padding } from './cell-entries.ts'
import type { LabelMap } from './label-map.ts'

/** A shown class from here on is an annotator class without a project class: `foreignBase + a`. */
export const foreignBase = 1 << 20

/** How the classes of one annotation's maps are shown in a project; plain data. */
export interface ClassSpace {
  /** Map class → project class: the annotator's A classes, then A + p for each project class p. */
  classMap: ClassMap
  /** Logit of classes that a cell does not list. */
  fill: number
  /** C, the number of shown classes: the project's, and the annotator's without a project class. */
  classes: number
  /** Map classes, in the order in which they pad cells: the annotator's, then those of missing project classes. */
  padding: Int32Array
  /** Shown classes, likewise. */
  shownPadding: Int32Array
  /** [project classes]: the map class that a correction writes, the first annotator class behind it or A + p. */
  representatives: Int32Array
}

/** The space of one annotation. `into` [project classes]: the class that each was merged into, else itself. */
export function classSpaceOf(
  classMap: ClassMap,
  options: { fill: number; into?: ArrayLike<number> | undefined },
): ClassSpace {
  const { annotatorClasses: A, projectClasses: P, missing, merged, unmatched } = classMap
  const representatives = Int32Array.from({ length: P }, (_, p) => A + p)
  for (let a = A - 1; a >= 0; a--) {
    const p = classMap.target[a]!
    if (p >= 0) representatives[p] = a
  }
  const own = missing.map(p => A + p)
  const gone = new Set(merged.map(([one]) => one))
  const shown = Array.from({ length: P }, (_, p) => p).filter(p => !gone.has(p))
  return {
    classMap: extendClassMap(classMap, options.into),
    fill: options.fill,
    classes: shown.length + unmatched.length,
    padding: Int32Array.from({ length: A + own.length }, (_, i) => (i < A ? i : own[i - A]!)),
    shownPadding: Int32Array.from([...shown, ...unmatched.map(a => foreignBase + a)]),
    representatives,
  }
}

/** How layers are applied to maps of this space. */
export function mapOptions({ classMap, fill, padding }: ClassSpace): Padding & { classes: number } {
  return { fill, classes: classMap.target.length, padding }
}

/** The shown class of a map class. */
export function shownClassOf({ classMap }: ClassSpace, id: number): number {
  const p = classMap.target[id] ?? -1
  return p >= 0 ? p : foreignBase + id
}

/** The annotator class that a shown class is, if the project does not have it; else null. */
export function foreignClassOf(shown: number): number | null {
  return shown >= foreignBase ? shown - foreignBase : null
}

/** The map class with which a correction writes a shown class. */
export function writtenClassOf({ representatives }: ClassSpace, shown: number): number {
  return foreignClassOf(shown) ?? representatives[shown] ?? -1
}

/** The map classes behind a shown class, the one that corrections write first. */
export function mapClassesOf(space: ClassSpace, shown: number): number[] {
  const first = writtenClassOf(space, shown)
  const behind = first < 0 ? [] : [first]
  const { target, annotatorClasses } = space.classMap
  for (let a = first + 1; a < annotatorClasses; a++) if (target[a] === shown) behind.push(a)
  return behind
}

/** How many map classes are behind a shown class: those that no cell has to list, at the fill logit, included. */
function memberCount({ classMap }: ClassSpace, shown: number): number {
  return foreignClassOf(shown) === null ? (classMap.members[shown] ?? 1) : 1
}

/** Whether a map class counts as a member of its shown class: not if it dates from when that was missing. */
function isMember({ classMap, representatives }: ClassSpace, id: number, shown: number): boolean {
  return id < classMap.annotatorClasses || representatives[shown] === id
}

/**
 * A cell in shown classes, from its entries in map classes: of several classes behind one the maximum logit, where those
 * that the cell does not list have the fill logit. `into` is rewritten.
 */
export function shownCell(space: ClassSpace, cell: CellEntries, into: CellEntries = cellRoom()): CellEntries {
  into.count = 0
  for (let k = 0; k < cell.count; k++) {
    const shown = shownClassOf(space, cell.ids[k]!)
    // Logits descend, so that the first of a class is its largest.
    let first = true
    let listed = 0
    for (let j = 0; j < cell.count && first; j++) {
      if (shownClassOf(space, cell.ids[j]!) !== shown) continue
      if (j < k) first = false
      else if (isMember(space, cell.ids[j]!, shown)) listed++
    }
    if (!first) continue
    const below = cell.logits[k]! < space.fill && listed < memberCount(space, shown)
    insert(into, shown, below ? space.fill : cell.logits[k]!)
  }
  return into
}

/** Whether a map is shown as it is: the class lists are equal, and it has no class of a time when they were not. */
function isShownAsIs(map: LabelMap, { classMap }: ClassSpace): boolean {
  if (!classMap.identity) return false
  for (const id of map.ids) if (id >= classMap.annotatorClasses) return false
  return true
}

/**
 * A map in shown classes, `[K, H, W]`; K shrinks only if there are fewer shown classes. With equal class lists it is the
 * given map itself.
 */
export function shownMap(map: LabelMap, space: ClassSpace): LabelMap {
  if (isShownAsIs(map, space)) return map
  const [, H, W] = map.shape
  const K = Math.min(map.shape[0], space.classes)
  const view: LabelMap = {
    shape: [K, H, W],
    ids: new Uint32Array(K * H * W),
    logits: new Float32Array(K * H * W),
  }
  showCells(view, map, space, null)
  return view
}

/** {@link shownMap} after some cells of the map changed: `view` with those cells rewritten in place, if that suffices. */
export function updateShown(
  view: LabelMap,
  map: LabelMap,
  space: ClassSpace,
  cells: readonly number[],
): LabelMap {
  // With equal lists, `view` may be the machine's own map.
  const isOwn = !space.classMap.identity && view.shape[0] === Math.min(map.shape[0], space.classes)
  if (!isOwn) return shownMap(map, space)
  showCells(view, map, space, cells)
  return view
}

/** Writes cells of a map to its view; null: all. */
function showCells(view: LabelMap, map: LabelMap, space: ClassSpace, only: readonly number[] | null): void {
  const [K, H, W] = map.shape
  const cells = H * W
  const [room, shown] = [cellRoom(), cellRoom()]
  const padding = { fill: space.fill, padding: space.shownPadding }
  const count = only?.length ?? cells
  for (let i = 0; i < count; i++) {
    const cell = only ? only[i]! : i
    room.count = 0
    for (let k = 0; k < K; k++) insert(room, map.ids[k * cells + cell]!, map.logits[k * cells + cell]!)
    writeCell(view, cell, shownCell(space, room, shown), padding)
  }
}
