/** Random maps, operations and histories for the tests of corrections. */
import fc from 'fast-check'
import type { Edit, Operation } from '../../../../core/contract/api/corrections.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import {
  emptyHistory,
  planChanges,
  reduceHistory,
  revertAll,
  revertCells,
  revertEdit,
  type CorrectionHistory,
} from '../../../../core/labelmap/corrections/index.ts'
import { randomMap } from '../../pooling/maps.ts'

export const classes = 12
export const shape: [number, number, number] = [3, 3, 4]
const cellCount = shape[1] * shape[2]

/** A valid random map with some negative logits. */
export const someMap = fc
  .integer({ min: 0, max: 1e6 })
  .map((seed): LabelMap => randomMap(seed, classes, shape))

const blank = { class: null, to: null, amount: null, what: null }
const id = fc.integer({ min: 0, max: classes - 1 })

export const someOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record({
      kind: fc.constantFrom('raise', 'lower'),
      class: id,
      amount: fc.double({ min: 0.1, max: 9, noNaN: true }),
    })
    .map(one => ({ ...blank, ...one }) as Operation),
  fc
    .record({ class: id, amount: fc.double({ min: -9, max: 15, noNaN: true }) })
    .map(one => ({ ...blank, kind: 'set', ...one }) as Operation),
  id.map(one => ({ ...blank, kind: 'remove', class: one }) as Operation),
  fc
    .tuple(id, id)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({ ...blank, kind: 'swap', class: a, to: b }) as Operation),
)

export const someCells = fc.uniqueArray(fc.integer({ min: 0, max: cellCount - 1 }), { minLength: 1 })

/** A thing that a person may do next; numbers choose among what there is. */
export type Deed =
  | { do: 'edit'; operation: Operation; cells: number[] }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'revert'; what: 'cell' | 'edit' | 'all'; at: number }

export const someDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('edit' as const), operation: someOperation, cells: someCells }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'undo' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'redo' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('revert' as const),
      what: fc.constantFrom('cell' as const, 'edit' as const, 'all' as const),
      at: fc.nat(1000),
    }),
  },
)

/** An edit around changes. */
export function editOf(id: string, operation: Operation, changes: Edit['changes']): Edit {
  const tool = operation.kind === 'revert' ? 'revert' : 'brush'
  return { id, author: 'me', created: '2026-01-01T00:00:00.000Z', tool, operation, changes }
}

/** The history after one deed; the same where it changes nothing. `fill` 0. */
export function perform(
  map: LabelMap,
  history: CorrectionHistory,
  deed: Deed,
  name: string,
): CorrectionHistory {
  if (deed.do === 'undo') return history.done.length > 0 ? reduceHistory(history, { kind: 'undo' }) : history
  if (deed.do === 'redo')
    return history.undone.length > 0 ? reduceHistory(history, { kind: 'redo' }) : history
  let operation: Operation
  let changes: Edit['changes']
  if (deed.do === 'edit') {
    operation = deed.operation
    changes = planChanges(map, history.layer, deed.cells, operation, { edit: name, fill: 0 })
  } else {
    operation = { ...blank, kind: 'revert', what: deed.what }
    const edit = history.done[deed.at % Math.max(1, history.done.length)]
    if (deed.what === 'cell') changes = revertCells(history.layer, [deed.at % cellCount])
    else if (deed.what === 'all') changes = revertAll(history.layer)
    else changes = edit ? revertEdit(history.layer, history.done, edit.id) : []
  }
  if (changes.length === 0) return history
  return reduceHistory(history, { kind: 'edit', edit: editOf(name, operation, changes) })
}

/** The histories after each of some deeds. */
export function performAll(map: LabelMap, deeds: readonly Deed[]): CorrectionHistory[] {
  const all = [emptyHistory]
  deeds.forEach((deed, i) => all.push(perform(map, all.at(-1)!, deed, `edit-${String(i).padStart(4, '0')}`)))
  return all
}
