/** Edits, undo, redo and reverts: properties over random sequences, and the exact meaning of each operation. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edit as editSchema } from '../../../../core/contract/api/corrections.ts'
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import {
  applyChanges,
  applyLayer,
  correctedLogit,
  emptyHistory,
  emptyLayer,
  historyFrom,
  historyList,
  inspectCell,
  invertChanges,
  layerToList,
  mergeChanges,
  planChanges,
  reduceHistory,
  revertCells,
  revertEdit,
  type CorrectionHistory,
} from '../../../../core/labelmap/corrections/index.ts'
import { uniformMap } from '../../pooling/maps.ts'
import {
  classes,
  editOf,
  perform,
  performAll,
  someCells,
  someDeed,
  someMap,
  someOperation,
} from './random.ts'

const options = { fill: 0, classes }
const op = (kind: Operation['kind'], id: number, rest: Partial<Operation> = {}): Operation => ({
  kind,
  class: id,
  to: null,
  amount: null,
  what: null,
  ...rest,
})
const shown = ({ layer }: CorrectionHistory) => layerToList(layer)

describe('histories', () => {
  it('come back to every layer and map by undo and redo', () => {
    fc.assert(
      fc.property(someMap, fc.array(someDeed, { maxLength: 15 }), (map, deeds) => {
        const end = performAll(map, deeds).at(-1)!
        for (const edit of end.done) expect(editSchema.safeParse(edit).success).toBe(true)
        // The layers on the way, made by the edits in force alone.
        const way: CorrectionHistory[] = [emptyHistory]
        for (const edit of end.done) way.push(reduceHistory(way.at(-1)!, { kind: 'edit', edit }))
        expect(shown(way.at(-1)!)).toEqual(shown(end))
        let back = end
        for (let i = end.done.length - 1; i >= 0; i--) {
          back = reduceHistory(back, { kind: 'undo' })
          expect(shown(back)).toEqual(shown(way[i]!))
          expect(applyLayer(map, back.layer, options)).toEqual(applyLayer(map, way[i]!.layer, options))
        }
        expect(back.layer.size).toBe(0)
        let forth = back
        while (forth.done.length < end.done.length) forth = reduceHistory(forth, { kind: 'redo' })
        expect(forth).toEqual(end)
      }),
    )
  })

  it('survive the way through the contract’s state', () => {
    fc.assert(
      fc.property(someMap, fc.array(someDeed, { maxLength: 15 }), (map, deeds) => {
        const end = performAll(map, deeds).at(-1)!
        const state = JSON.parse(JSON.stringify({ layer: shown(end), history: historyList(end) })) as never
        expect(historyFrom(state)).toEqual(end)
      }),
    )
  })

  it('drop what was undone at a new edit, and have ends', () => {
    const map = uniformMap([1], [5], 1, 2)
    const deed = (cell: number) => ({ do: 'edit' as const, operation: op('remove', 1), cells: [cell] })
    let history = perform(map, emptyHistory, deed(0), 'edit-first')
    history = reduceHistory(history, { kind: 'undo' })
    expect(history.undone.map(edit => edit.id)).toEqual(['edit-first'])
    history = perform(map, history, deed(1), 'edit-second')
    expect([history.done.length, history.undone.length]).toEqual([1, 0])
    expect(() => reduceHistory(history, { kind: 'redo' })).toThrow(/redo/)
    expect(() => reduceHistory(emptyHistory, { kind: 'undo' })).toThrow(/undo/)
  })
})

describe('changes', () => {
  it('are refused where `before` does not hold, and nothing is changed then', () => {
    const map = uniformMap([1, 2], [5, 4], 1, 2)
    const first = planChanges(map, emptyLayer, [0, 1], op('set', 3, { amount: 7 }), {
      edit: 'edit-first',
      ...options,
    })
    const layer = applyChanges(emptyLayer, first)
    expect(() => applyChanges(layer, first)).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(() => applyChanges(emptyLayer, invertChanges(first))).toThrow(/differently since/)
    expect(layerToList(layer)).toHaveLength(2)
    expect(emptyLayer.size).toBe(0)
  })

  it('of several steps merge into one edit with the same effect', () => {
    fc.assert(
      fc.property(someMap, fc.array(fc.tuple(someOperation, someCells), { maxLength: 6 }), (map, steps) => {
        let layer = emptyLayer
        let merged: ReturnType<typeof mergeChanges> = []
        for (const [operation, where] of steps) {
          const changes = planChanges(map, layer, where, operation, { edit: 'edit-0000', ...options })
          layer = applyChanges(layer, changes)
          merged = mergeChanges(merged, changes)
        }
        const once = applyChanges(emptyLayer, merged)
        expect(layerToList(once)).toEqual(layerToList(layer))
        expect(applyChanges(once, invertChanges(merged)).size).toBe(0)
      }),
    )
  })
})

describe('operations', () => {
  const map = uniformMap([1, 2, 3], [5, 4, -2], 1, 1)
  const after = (operation: Operation, fill = 0) => {
    const layer = applyChanges(
      emptyLayer,
      planChanges(map, emptyLayer, [0], operation, { edit: 'edit-0000', fill }),
    )
    return [0, 1, 2, 3].map(id => correctedLogit(map, layer, 0, id))
  }
  it('do what they say', () => {
    expect(after(op('raise', 1, { amount: 2 }))).toEqual([null, 7, 4, -2])
    expect(after(op('raise', 0, { amount: 2 }))).toEqual([2, 5, 4, -2])
    expect(after(op('raise', 0, { amount: 2 }), -3)).toEqual([-1, 5, 4, -2])
    expect(after(op('raise', 1, { amount: 1e6 }))).toEqual([null, 65504, 4, -2])
    expect(after(op('lower', 1, { amount: 2 }))).toEqual([null, 3, 4, -2])
    expect(after(op('lower', 1, { amount: 5 }))).toEqual([null, null, 4, -2])
    expect(after(op('lower', 3, { amount: 1 }))).toEqual([null, 5, 4, -2])
    expect(after(op('set', 0, { amount: 6 }))).toEqual([6, 5, 4, -2])
    expect(after(op('set', 1, { amount: 0 }))).toEqual([null, null, 4, -2])
    expect(after(op('remove', 2))).toEqual([null, 5, null, -2])
    expect(after(op('swap', 1, { to: 0 }))).toEqual([5, null, 4, -2])
    expect(after(op('swap', 2, { to: 1 }))).toEqual([null, 5, null, -2])
    expect(after(op('swap', 3, { to: 0 }))).toEqual([null, 5, 4, null])
  })

  it('make no changes where nothing changes', () => {
    const none = [op('lower', 0, { amount: 1 }), op('set', 1, { amount: 5 }), op('set', 0, { amount: 0 })]
    for (const operation of [...none, op('remove', 0), op('swap', 0, { to: 1 })])
      expect(planChanges(map, emptyLayer, [0], operation, { edit: 'edit-0000', ...options })).toEqual([])
  })

  it('need their words', () => {
    const bad = [
      op('raise', 1),
      op('lower', 1, { amount: -1 }),
      op('set', 1),
      op('swap', 1),
      op('swap', 1, { to: 1 }),
    ]
    for (const operation of [...bad, op('revert', 1), { ...op('remove', 1), class: null }])
      expect(() => planChanges(map, emptyLayer, [0], operation, { edit: 'edit-0000', ...options })).toThrow(
        expect.objectContaining({ code: 'usage' }),
      )
    expect(() =>
      planChanges(map, emptyLayer, [1], op('remove', 1), { edit: 'edit-0000', ...options }),
    ).toThrow(/cell 1/)
  })
})

describe('reverting an edit', () => {
  it('takes back just what it still sets, so that no entry is left of it', () => {
    fc.assert(
      fc.property(someMap, fc.array(someDeed, { maxLength: 15 }), fc.nat(), (map, deeds, pick) => {
        const { layer, done } = performAll(map, deeds).at(-1)!
        const edit = done[pick % Math.max(1, done.length)]
        if (!edit) return
        const next = applyChanges(layer, revertEdit(layer, done, edit.id))
        const of = (list: ReturnType<typeof layerToList>, mine: boolean) =>
          list.filter(one => (one.entry.edit === edit.id) === mine)
        expect(of(layerToList(next), true)).toEqual([])
        expect(layerToList(next)).toEqual(expect.arrayContaining(of(layerToList(layer), false)))
      }),
    )
  })

  it('of the newest edit is the same as undoing it', () => {
    fc.assert(
      fc.property(
        someMap,
        fc.array(someDeed, { maxLength: 10 }),
        someOperation,
        someCells,
        (map, deeds, operation, cells) => {
          const before = performAll(
            map,
            deeds.filter(deed => deed.do !== 'revert'),
          ).at(-1)!
          const after = perform(map, before, { do: 'edit', operation, cells }, 'edit-last')
          if (after === before) return
          const next = applyChanges(after.layer, revertEdit(after.layer, after.done, 'edit-last'))
          expect(layerToList(next)).toEqual(layerToList(before.layer))
        },
      ),
    )
  })

  it('goes past an edit that was reverted while it was hidden', () => {
    const map = uniformMap([1], [5], 1, 2)
    let history = emptyHistory
    const set = (id: string, cells: number[], amount: number) =>
      (history = perform(map, history, { do: 'edit', operation: op('set', 1, { amount }), cells }, id))
    const revert = (id: string, target: string) => {
      const changes = revertEdit(history.layer, history.done, target)
      const operation: Operation = { kind: 'revert', class: null, to: null, amount: null, what: 'edit' }
      history = reduceHistory(history, { kind: 'edit', edit: editOf(id, operation, changes) })
    }
    set('edit-a-0', [0, 1], 6)
    set('edit-b-0', [0, 1], 7)
    set('edit-c-0', [0], 8)
    revert('edit-r-0', 'edit-b-0') // cell 1 goes back to a; cell 0 still shows c
    expect(layerToList(history.layer).map(one => one.entry.edit)).toEqual(['edit-c-0', 'edit-a-0'])
    revert('edit-r-1', 'edit-c-0') // not to b, which is reverted, but to a
    expect(layerToList(history.layer).map(one => one.entry.edit)).toEqual(['edit-a-0', 'edit-a-0'])
    expect(revertEdit(history.layer, history.done, 'edit-b-0')).toEqual([])
    history = reduceHistory(reduceHistory(history, { kind: 'undo' }), { kind: 'undo' })
    expect(revertEdit(history.layer, history.done, 'edit-c-0')[0]?.after).toEqual({
      logit: 7,
      edit: 'edit-b-0',
    })
    expect(() => revertEdit(history.layer, historyList({ ...history, done: [] }), 'edit-a-0')).toThrow(
      /no edit/,
    )
  })
})

describe('a cell', () => {
  it('tells who set what', () => {
    const map = uniformMap([1, 2, 3], [5, 4, 3], 1, 2)
    let history = perform(
      map,
      emptyHistory,
      { do: 'edit', operation: op('raise', 2, { amount: 3 }), cells: [0] },
      'edit-first',
    )
    history = perform(map, history, { do: 'edit', operation: op('remove', 3), cells: [0, 1] }, 'edit-second')
    const told = inspectCell(map, history.layer, history.done, 0)
    expect(told.map(one => [one.class, one.logit, one.machine, one.edit?.id ?? null])).toEqual([
      [2, 7, 4, 'edit-first'],
      [1, 5, 5, null],
      [3, null, 3, 'edit-second'],
    ])
    expect(told[0]!.edit).toMatchObject({ author: 'me', tool: 'brush', operation: { kind: 'raise' } })
    const back = applyChanges(history.layer, revertCells(history.layer, [0]))
    expect(inspectCell(map, back, history.done, 0).every(one => one.edit === null)).toBe(true)
    expect(layerToList(back)).toHaveLength(1)
  })
})
