/** Plans an operation over a set of cells as changes to the layer. */
import { fail } from '../../base/error.ts'
import type { Change, LayerEntry, Operation } from '../../contract/api/corrections.ts'
import type { LabelMap } from '../label-map.ts'
import { correctedLogit, refuseCell } from './cell.ts'
import { entryAt } from './layer.ts'
import type { CorrectionLayer } from './layer.ts'

/** Largest absolute logit: the limit of half precision. */
const maxLogit = 65504

type Say = (id: number, logit: number | null) => void

/**
 * The changes that an operation makes in `cells`, as edit `options.edit`. A class that a cell does not list has the
 * fill logit.
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
  options: { edit: string; fill: number },
): Change[] {
  const act = actOf(operation, Math.fround(options.fill))
  const [, H, W] = map.shape
  const changes: Change[] = []
  for (const cell of new Set(cells)) {
    if (!(cell >= 0 && cell < H * W)) refuseCell(cell, H, W)
    const say: Say = (id, logit) => {
      const after: LayerEntry = { logit, edit: options.edit }
      changes.push({ cell, class: id, before: entryAt(layer, cell, id), after })
    }
    act(id => correctedLogit(map, layer, cell, id), say)
  }
  return changes
}

/** The effect of an operation on one cell, whose logits `get` returns. */
function actOf(operation: Operation, fill: number): (get: (id: number) => number | null, say: Say) => void {
  const { kind, to } = operation
  if (kind === 'revert') return fail('usage', 'a revert is planned by revertCells, revertEdit or revertAll')
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
  }
}
