/** Plans an operation over a set of cells as changes to the layer. */
import { fail } from '../../base/error.ts'
import type { Change, LayerEntry, Operation } from '../../contract/api/corrections.ts'
import type { LabelMap } from '../label-map.ts'
import { correctedLogit, refuseCell } from './cell.ts'
import { entryAt } from './layer.ts'
import type { CorrectionLayer } from './layer.ts'
import type { ClassSpace } from '../class-space.ts'
import { cellOf, maxLogit, meaningOf, type Say } from './meaning.ts'

/** What planning needs to know. */
export interface PlanOptions {
  /** Id of the edit. */
  edit: string
  /** Logit of classes that a cell does not list. */
  fill: number
  /** How the map's classes are shown; needed for operations on shown classes. */
  space?: ClassSpace | undefined
}

/**
 * The changes that an operation makes in `cells`, as edit `options.edit`. A class that a cell does not list has the
 * fill logit; a class leads a cell if it has the largest logit and that is above the fill logit. On shown classes
 * (`operation.ids`, always for the first five; `options.space` is needed):
 * - `label`: `class` leads with the probability `amount` of the softmax over all shown classes.
 * - `also`: `class` gets the logit of the cell's leader; where no class leads, the probability 0.5.
 * - `not`: `class` goes back to the fill logit. `nothing`: all classes do, so that none leads.
 * - `really`: where `class` is above the fill logit, `to` gets the larger of both logits, and `class` the fill logit.
 * On logits:
 * - `raise`: logit + amount; `lower`: logit − amount, but never below the fill logit, where the class is removed.
 * - `set`: the logit `amount`; the fill logit itself removes the class. `remove`: no longer listed.
 * - `swap`: if `class` is listed, `to` gets the larger of both logits and `class` is removed.
 * If nothing changes, there is no entry. Logits are rounded to float32. Throws 'usage' for a missing parameter, and
 * for `revert`, which has functions of its own.
 */
export function planChanges(
  map: LabelMap,
  layer: CorrectionLayer,
  cells: Iterable<number>,
  operation: Operation,
  options: PlanOptions,
): Change[] {
  const act = actIn(map, layer, operation, options)
  const [, H, W] = map.shape
  const changes: Change[] = []
  for (const cell of new Set(cells)) {
    if (!(cell >= 0 && cell < H * W)) refuseCell(cell, H, W)
    act(cell, (id, logit) => {
      const after: LayerEntry = { logit, edit: options.edit }
      changes.push({ cell, class: id, before: entryAt(layer, cell, id), after })
    })
  }
  return changes
}

const meanings: readonly Operation['kind'][] = ['label', 'also', 'not', 'nothing', 'really']

/** Whether an operation names shown classes; those on logits of earlier versions name annotator classes. */
export const namesShown = ({ kind, ids }: Operation): boolean => ids === 'shown' || meanings.includes(kind)

/** The effect of an operation on a cell of this map. */
function actIn(
  map: LabelMap,
  layer: CorrectionLayer,
  operation: Operation,
  { fill, space }: PlanOptions,
): (cell: number, say: Say) => void {
  if (operation.kind === 'revert')
    return fail('usage', 'a revert is planned by revertCells, revertEdit or revertAll')
  if (!namesShown(operation)) {
    const act = actOf(operation, Math.fround(fill))
    return (cell, say) => act(id => correctedLogit(map, layer, cell, id), say)
  }
  if (!space) return fail('usage', `the operation ${operation.kind} needs the classes that are shown`)
  const act = meaningOf(operation)
  return (cell, say) => act(cellOf(map, layer, cell, space), say)
}

/** The effect of an operation on map classes on one cell, whose logits `get` returns. */
function actOf(operation: Operation, fill: number): (get: (id: number) => number | null, say: Say) => void {
  const { kind, to } = operation
  const id = operation.class ?? fail('usage', `the operation ${kind} needs a class`)
  /** Records the new logit of a class, if that changes anything. */
  const put = (was: number | null, wanted: number, say: Say): void => {
    const logit = Math.fround(Math.max(-maxLogit, Math.min(maxLogit, wanted)))
    if (logit !== (was ?? fill)) say(id, logit === fill ? null : logit)
  }
  switch (kind) {
    case 'raise':
    case 'lower': {
      const amount = operation.amount
      if (amount === null || !(amount > 0 && amount < Infinity))
        return fail('usage', `the operation ${kind} needs an amount above 0`)
      if (kind === 'raise')
        return (get, say) => {
          const was = get(id)
          put(was, (was ?? fill) + amount, say)
        }
      return (get, say) => {
        const was = get(id)
        if (was !== null && was > fill) put(was, Math.max(fill, was - amount), say)
      }
    }
    case 'set': {
      const amount = operation.amount
      if (amount === null || !Number.isFinite(amount)) return fail('usage', 'the operation set needs a logit')
      return (get, say) => put(get(id), amount, say)
    }
    case 'remove':
      return (get, say) => {
        if (get(id) !== null) say(id, null)
      }
    case 'swap': {
      if (to === null || to === id) return fail('usage', 'the operation swap needs two different classes')
      return (get, say) => {
        const was = get(id)
        if (was === null) return
        say(id, null)
        const other = get(to) ?? fill
        if (was > other) say(to, Math.fround(was))
      }
    }
    default:
      return fail('usage', `the operation ${kind} is not one on logits`)
  }
}
