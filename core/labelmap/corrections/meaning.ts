/**
 * What each operation on shown classes does to one cell, computed from the cell's own logits and the fill rule, so that it
 * means the same for every annotator.
 */
import { fail } from '../../base/error.ts'
import type { Operation } from '../../contract/api/corrections.ts'
import type { LabelMap } from '../label-map.ts'
import { mapClassesOf, shownCell, shownClassOf, writtenClassOf, type ClassSpace } from '../class-space.ts'
import { cellRoom, type CellEntries } from '../cell-entries.ts'
import { correctedCell } from './cell.ts'
import type { CorrectionLayer } from './layer.ts'

/** Largest absolute logit: the limit of half precision. */
export const maxLogit = 65504
/** Smallest (exclusive) and largest probability that `label` can give. */
const labelRange = { above: 0.5, most: 0.999 }

/** Sets a map class of the cell to a logit; null: it is no longer listed. */
export type Say = (id: number, logit: number | null) => void

/** A cell under its corrections: in map classes, and as it is shown. */
export interface ShownCell {
  space: ClassSpace
  listed: CellEntries
  shown: CellEntries
}

export function cellOf(map: LabelMap, layer: CorrectionLayer, cell: number, space: ClassSpace): ShownCell {
  const listed = correctedCell(map, layer, cell)
  return { space, listed, shown: shownCell(space, listed, cellRoom()) }
}

/** The logit of a shown class. */
function shownLogit({ space, shown }: ShownCell, id: number): number {
  for (let k = 0; k < shown.count; k++) if (shown.ids[k] === id) return shown.logits[k]!
  return space.fill
}

/** The class that leads a cell, without `except`; −1: no class is above the fill logit. */
export function leaderOf({ space, shown }: Pick<ShownCell, 'space' | 'shown'>, except = -1): number {
  for (let k = 0; k < shown.count; k++)
    if (shown.ids[k] !== except) return shown.logits[k]! > space.fill ? shown.ids[k]! : -1
  return -1
}

/** log Σ exp(z) of all shown classes but one; −∞ if there is no other. */
function othersOf({ space, shown }: ShownCell, id: number): number {
  const others: number[] = []
  for (let k = 0; k < shown.count; k++) if (shown.ids[k] !== id) others.push(shown.logits[k]!)
  const rest = space.classes - 1 - others.length
  const top = others.reduce((most, z) => Math.max(most, z), rest > 0 ? space.fill : -Infinity)
  if (top === -Infinity) return top
  const sum = others.reduce((total, z) => total + Math.exp(z - top), rest * Math.exp(space.fill - top))
  return top + Math.log(sum)
}

/** The entries of the map classes behind a shown class. */
function behind({ space, listed }: ShownCell, id: number): { id: number; logit: number }[] {
  const found: { id: number; logit: number }[] = []
  for (let k = 0; k < listed.count; k++)
    if (shownClassOf(space, listed.ids[k]!) === id)
      found.push({ id: listed.ids[k]!, logit: listed.logits[k]! })
  return found
}

/** Gives a shown class a logit: its written map class has it, and the others behind it are removed. */
function write(cell: ShownCell, id: number, wanted: number, say: Say): void {
  const { space } = cell
  const fill = Math.fround(space.fill)
  const logit = Math.fround(Math.max(-maxLogit, Math.min(maxLogit, wanted)))
  const known = new Map(behind(cell, id).map(one => [one.id, one.logit]))
  const all = mapClassesOf(space, id)
  // Below the fill logit a class that is not listed would be the larger one: then all behind it are set.
  const set = new Set(logit < fill ? all : [writtenClassOf(space, id)])
  for (const one of new Set([...set, ...known.keys()])) {
    const next = set.has(one) ? logit : fill
    if (next !== (known.get(one) ?? fill)) say(one, next === fill ? null : next)
  }
}

/** Takes a shown class back to the fill logit where it is above it. */
function lowerToFill(cell: ShownCell, id: number, say: Say): void {
  for (const one of behind(cell, id)) if (one.logit > cell.space.fill) say(one.id, null)
}

/** Gives a class what it needs to lead with probability `p`. */
function label(cell: ShownCell, id: number, p: number, say: Say): void {
  const others = othersOf(cell, id)
  if (others > -Infinity) write(cell, id, Math.log(p / (1 - p)) + others, say)
}

/** A class gets as much as the one that leads the cell; where none leads, half of everything. */
function also(cell: ShownCell, id: number, say: Say): void {
  const logit = shownLogit(cell, id)
  const leader = leaderOf(cell, id)
  if (leader >= 0) {
    const highest = shownLogit(cell, leader)
    if (logit < highest) write(cell, id, highest, say)
  } else if (logit <= cell.space.fill) label(cell, id, 0.5, say)
}

/** One class is another: this gets the larger of both logits, and that one goes. */
function really(cell: ShownCell, id: number, to: number, say: Say): void {
  const logit = shownLogit(cell, id)
  if (logit <= cell.space.fill) return
  if (logit > shownLogit(cell, to)) write(cell, to, logit, say)
  lowerToFill(cell, id, say)
}

function swap(cell: ShownCell, id: number, to: number, say: Say): void {
  const found = behind(cell, id)
  const logit = shownLogit(cell, id)
  for (const one of found) say(one.id, null)
  if (found.length > 0 && logit > shownLogit(cell, to)) write(cell, to, logit, say)
}

/** The effect of an operation on shown classes. Throws 'usage' for a missing parameter. */
export function meaningOf(operation: Operation): (cell: ShownCell, say: Say) => void {
  const { kind } = operation
  if (kind === 'nothing')
    return ({ space, listed }, say) => {
      for (let k = 0; k < listed.count; k++) if (listed.logits[k]! > space.fill) say(listed.ids[k]!, null)
    }
  const id = operation.class ?? fail('usage', `the operation ${kind} needs a class`)
  switch (kind) {
    case 'label': {
      const p = operation.amount
      if (p === null || !(p > labelRange.above && p <= labelRange.most))
        return fail('usage', `the operation label needs a probability above 0.5, at most ${labelRange.most}`)
      return (cell, say) => label(cell, id, p, say)
    }
    case 'also':
      return (cell, say) => also(cell, id, say)
    case 'not':
      return (cell, say) => lowerToFill(cell, id, say)
    case 'really':
    case 'swap': {
      const { to } = operation
      if (to === null || to === id) return fail('usage', `the operation ${kind} needs two different classes`)
      return kind === 'really'
        ? (cell, say) => really(cell, id, to, say)
        : (cell, say) => swap(cell, id, to, say)
    }
    default:
      return logitsOf(operation, id)
  }
}

/** The operations on logits. */
function logitsOf({ kind, amount }: Operation, id: number): (cell: ShownCell, say: Say) => void {
  switch (kind) {
    case 'raise':
    case 'lower': {
      if (amount === null || !(amount > 0 && amount < Infinity))
        return fail('usage', `the operation ${kind} needs an amount above 0`)
      return (cell, say) => {
        const { fill } = cell.space
        const logit = shownLogit(cell, id)
        if (kind === 'raise') write(cell, id, logit + amount, say)
        else if (logit > fill) write(cell, id, Math.max(fill, logit - amount), say)
      }
    }
    case 'set': {
      if (amount === null || !Number.isFinite(amount)) return fail('usage', 'the operation set needs a logit')
      return (cell, say) => write(cell, id, amount, say)
    }
    case 'remove':
      return (cell, say) => {
        for (const one of behind(cell, id)) say(one.id, null)
      }
    default:
      return fail('usage', `the operation ${kind} does not change single cells`)
  }
}
