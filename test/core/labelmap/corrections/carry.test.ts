/** Corrections mean the same on another annotation: on any map, in any grid, under either fill rule, whatever the classes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Edit, Operation } from '../../../../core/contract/api/corrections.ts'
import { classMapOf } from '../../../../core/labelmap/class-map.ts'
import {
  classSpaceOf,
  foreignBase,
  mapOptions,
  shownMap,
  type ClassSpace,
} from '../../../../core/labelmap/class-space.ts'
import {
  applyLayer,
  carryEdits,
  emptyHistory,
  emptyLayer,
  layerToList,
  planChanges,
  reduceHistory,
  revertAll,
  revertCells,
  revertEdit,
  type Carried,
  type CarryDestination,
  type CorrectionHistory,
  type CorrectionLayer,
  type LayerList,
} from '../../../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { randomMap, uniformMap } from '../../pooling/maps.ts'
import { editOf } from './random.ts'

const project = 6
const blank = { class: null, to: null, amount: null, what: null }

interface Ground {
  map: LabelMap
  space: ClassSpace
}

/** An annotation of any annotator: several of its classes may be one of the project, or none. */
const someGround = fc
  .record({
    table: fc
      .array(fc.integer({ min: -1, max: project - 1 }), { minLength: 8, maxLength: 8 })
      .filter(one => one.some(to => to >= 0)),
    fill: fc.constantFrom(0, -4, 3),
    seed: fc.nat(1e6),
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ table, fill, seed, height, width }): Ground => {
    const map = randomMap(seed, table.length, [3, height, width])
    return { map, space: classSpaceOf(classMapOf(table, project), { fill }) }
  })

/** An operation in shown classes; numbers choose among those that the space has. */
const someShown = fc.record({
  kind: fc.constantFrom(
    'label',
    'also',
    'not',
    'nothing',
    'really',
    'raise',
    'lower',
    'set',
    'remove',
    'swap',
  ),
  n: fc.nat(20),
  m: fc.nat(20),
  amount: fc.double({ min: 0.51, max: 0.99, noNaN: true }),
  /** Names the annotator's classes, as earlier versions did. */
  isOld: fc.boolean(),
})
const someDeed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      operation: someShown,
      cells: fc.uniqueArray(fc.nat(24), { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('cell' as const, 'edit' as const, 'all' as const, null),
      at: fc.nat(1000),
    }),
  },
)
type Deed = typeof someDeed extends fc.Arbitrary<infer T> ? T : never

function operationIn(
  space: ClassSpace,
  { kind, n, m, amount, isOld }: typeof someShown extends fc.Arbitrary<infer T> ? T : never,
): Operation {
  const isWord = ['label', 'also', 'not', 'nothing', 'really'].includes(kind)
  const ids = isOld && !isWord ? [...Array(8).keys()] : [...space.shownPadding]
  const id = ids[n % ids.length]!
  const to = ids[(n + 1 + (m % (ids.length - 1))) % ids.length]!
  return {
    ...blank,
    kind: kind as Operation['kind'],
    class: kind === 'nothing' ? null : id,
    to: kind === 'really' || kind === 'swap' ? to : null,
    amount: ['label', 'raise', 'lower', 'set'].includes(kind) ? amount * (kind === 'label' ? 1 : 9) : null,
    ...(isOld && !isWord ? {} : { ids: 'shown' as const }),
  }
}

/** What a person did under an annotation; `what: null` is an undo. */
function historyOf({ map, space }: Ground, deeds: readonly Deed[], tag: string): CorrectionHistory {
  const cells = map.shape[1] * map.shape[2]
  return deeds.reduce((history: CorrectionHistory, deed, i) => {
    const id = `${tag}-${String(i).padStart(4, '0')}`
    const { layer, done } = history
    if ('operation' in deed) {
      const operation = operationIn(space, deed.operation)
      const wanted = new Set(deed.cells.map(cell => cell % cells))
      const changes = planChanges(map, layer, wanted, operation, { edit: id, fill: space.fill, space })
      return changes.length > 0
        ? reduceHistory(history, { kind: 'edit', edit: editOf(id, operation, changes) })
        : history
    }
    const { what, at } = deed
    if (what === null) return done.length > 0 ? reduceHistory(history, { kind: 'undo' }) : history
    const edit = done[at % Math.max(1, done.length)]
    let changes: Edit['changes'] = []
    if (what === 'cell') changes = revertCells(layer, [at % cells])
    else if (what === 'all') changes = revertAll(layer)
    else if (edit) changes = revertEdit(layer, done, edit.id)
    return changes.length > 0
      ? reduceHistory(history, {
          kind: 'edit',
          edit: editOf(id, { ...blank, kind: 'revert', what }, changes),
        })
      : history
  }, emptyHistory)
}

const same = Array.from({ length: 8 }, (_, a) => a)
const idOf = (edit: string): string => `${edit}-to-a2`

function carry(
  from: Ground,
  edits: readonly Edit[],
  to: CarryDestination,
  options: { counterparts?: ArrayLike<number>; known?: ReadonlySet<string> } = {},
): Carried {
  const [, height, width] = from.map.shape
  const isThere = (edit: string): boolean => options.known?.has(idOf(edit)) ?? false
  return carryEdits({ edits, space: from.space, height, width }, to, {
    counterparts: options.counterparts ?? same,
    idOf,
    isThere,
  })
}

/** The destination's history after the carried edits, each applied by itself. */
const applied = (before: CorrectionLayer, edits: readonly Edit[]): CorrectionHistory =>
  edits.reduce((history, edit) => reduceHistory(history, { kind: 'edit', edit }), {
    ...emptyHistory,
    layer: before,
  })

const withoutIds = (layer: CorrectionLayer): LayerList =>
  layerToList(layer).map(one => ({ ...one, entry: { ...one.entry, edit: '' } }))

/** The softmax of a shown class in a cell. */
function shareOf(map: LabelMap, space: ClassSpace, cell: number, id: number): number {
  const view = shownMap(map, space)
  const cells = map.shape[1] * map.shape[2]
  const logits = new Map([...space.shownPadding].map(one => [one, space.fill]))
  for (let at = cell; at < view.ids.length; at += cells) logits.set(view.ids[at]!, view.logits[at]!)
  const total = [...logits.values()].reduce((sum, z) => sum + Math.exp(z), 0)
  return Math.exp(logits.get(id)!) / total
}

describe('carrying to another annotation', () => {
  it('gives the source’s layer on an equal map, whatever was done, reverted and undone', () => {
    fc.assert(
      fc.property(someGround, fc.array(someDeed, { maxLength: 12 }), (ground, deeds) => {
        const history = historyOf(ground, deeds, 'edit')
        const carried = carry(ground, history.done, { ...ground, layer: emptyLayer })
        expect(withoutIds(carried.layer)).toEqual(withoutIds(history.layer))
        expect(carried.leftOut).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it('labels with exactly the probability on any other map', () => {
    const some = fc.record({
      from: someGround,
      to: someGround,
      n: fc.nat(project - 1),
      p: fc.double({ min: 0.5001, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(some, ({ from, to, n, p }) => {
        const operation: Operation = { ...blank, kind: 'label', class: n, amount: p, ids: 'shown' }
        const all = [...Array(from.map.shape[1] * from.map.shape[2]).keys()]
        const options = { edit: 'edit-0001', fill: from.space.fill, space: from.space }
        const edit = editOf(
          'edit-0001',
          operation,
          planChanges(from.map, emptyLayer, all, operation, options),
        )
        const { layer } = carry(from, [edit], { ...to, layer: emptyLayer })
        const after = applyLayer(to.map, layer, mapOptions(to.space))
        const cells = to.map.shape[1] * to.map.shape[2]
        for (let cell = 0; cell < cells; cell++)
          expect(Math.abs(shareOf(after, to.space, cell, n) - p)).toBeLessThan(1e-6)
      }),
      { numRuns: 100 },
    )
  })

  it('adds edits that can be undone one by one, says whose lead they change, and does nothing a second time', () => {
    const some = fc.record({
      from: someGround,
      to: someGround,
      deeds: fc.array(someDeed, { maxLength: 10 }),
      there: fc.array(someDeed, { maxLength: 4 }),
      counterparts: fc.array(fc.integer({ min: -1, max: 7 }), { minLength: 8, maxLength: 8 }),
    })
    fc.assert(
      fc.property(some, ({ from, to, deeds, there, counterparts }) => {
        const { done } = historyOf(from, deeds, 'edit')
        const { layer: before } = historyOf(to, there, 'there')
        const carried = carry(from, done, { ...to, layer: before }, { counterparts })
        let history = applied(before, carried.edits)
        expect(layerToList(history.layer)).toEqual(layerToList(carried.layer))

        const lead = (layer: CorrectionLayer): number[] => {
          const view = shownMap(applyLayer(to.map, layer, mapOptions(to.space)), to.space)
          const cells = to.map.shape[1] * to.map.shape[2]
          return [...view.ids.subarray(0, cells)].map((id, cell) =>
            view.logits[cell]! > to.space.fill ? id : -1,
          )
        }
        const [was, is] = [lead(before), lead(carried.layer)]
        const moved = is.flatMap((id, cell) => (id === was[cell] ? [] : [{ cell, from: was[cell], to: id }]))
        expect(carried.leaders).toEqual(moved)

        const known = new Set(carried.edits.map(edit => edit.id))
        const again = carry(from, done, { ...to, layer: carried.layer }, { counterparts, known })
        const notAgain = again.leftOut.filter(one => one.reason === 'carried').map(one => idOf(one.edit))
        expect(new Set(notAgain)).toEqual(known)
        expect(again.edits.filter(edit => known.has(edit.id))).toEqual([])
        while (history.done.length > 0) history = reduceHistory(history, { kind: 'undo' })
        expect(layerToList(history.layer)).toEqual(layerToList(before))
      }),
      { numRuns: 100 },
    )
  })
})

describe('what is carried', () => {
  const spaceOf = (table: number[]): ClassSpace => classSpaceOf(classMapOf(table, project), { fill: 0 })
  /** Source classes 0…3 are the project's; 4 is the annotator's own. */
  const from: Ground = { map: uniformMap([1, 2], [5, 4], 2, 2), space: spaceOf([0, 1, 2, 3, -1]) }
  /** The other annotator: 0 is the project's 3; 1 is its own. */
  const to: CarryDestination = {
    map: randomMap(2, 2, [2, 4, 4]),
    layer: emptyLayer,
    space: spaceOf([3, -1]),
  }
  const edit = (operation: Partial<Operation>, cells: number[], id = 'edit-0001'): Edit => {
    const full = { ...blank, kind: 'set' as const, amount: 9, ...operation }
    const options = { edit: id, fill: 0, space: from.space }
    return editOf(id, full, planChanges(from.map, emptyLayer, cells, full, options))
  }

  it('is the same operation of the same author in the cells whose centre lies in a changed one', () => {
    const one = edit({ kind: 'label', class: 2, amount: 0.9, ids: 'shown' }, [1])
    const { edits } = carry(from, [one], to, { counterparts: [-1, -1, -1, 0, -1] })
    const { changes } = edits[0]!
    expect(edits).toEqual([{ ...one, id: 'edit-0001-to-a2', changes }])
    expect(changes.map(change => change.cell)).toEqual([2, 3, 6, 7])
    // The other annotator does not have class 2: it is written as the project's.
    expect(changes.every(change => change.class === 2 + 2)).toBe(true)
  })

  it('leaves out an edit whose cells no centre lies in', () => {
    const fine: Ground = { ...from, map: randomMap(1, 5, [2, 4, 4]) }
    const coarse = { ...to, map: randomMap(2, 2, [2, 1, 1]) }
    const none = edit({ class: 1, ids: 'shown' }, [0])
    expect(carry(fine, [none], coarse).leftOut).toEqual([{ edit: none.id, reason: 'no-cell', class: null }])
  })

  it('translates operations of earlier versions, and classes that only the annotators have', () => {
    const old = edit({ class: 3 }, [0], 'edit-0001')
    const other = edit({ class: 2 }, [1], 'edit-0002')
    const own = edit({ kind: 'label', class: foreignBase + 4, amount: 0.9, ids: 'shown' }, [2], 'edit-0003')
    const { edits, leftOut } = carry(from, [old, other, own], to, { counterparts: [-1, -1, -1, 0, 1] })
    expect(edits.map(one => one.operation)).toEqual([
      { ...old.operation, class: 0 },
      { ...other.operation, class: 2, ids: 'shown' },
      { ...own.operation, class: foreignBase + 1 },
    ])
    expect(leftOut).toEqual([])
  })

  it('leaves out a class that neither the project nor the annotator has, and what a merge made pointless', () => {
    const gone = edit({ kind: 'label', class: foreignBase + 4, amount: 0.9, ids: 'shown' }, [2])
    const one = edit({ kind: 'swap', class: 1, to: 0, amount: null, ids: 'shown' }, [0, 1, 2, 3], 'edit-0002')
    const merged = classSpaceOf(classMapOf([3, -1], project), { fill: 0, into: [0, 0, 2, 3, 4, 5] })
    const { edits, leftOut } = carry(
      from,
      [gone, one],
      { ...to, space: merged },
      { counterparts: [-1, -1, -1, 0, -1] },
    )
    expect(edits).toEqual([])
    expect(leftOut).toEqual([
      { edit: gone.id, reason: 'no-class', class: foreignBase + 4 },
      { edit: one.id, reason: 'one-class', class: 1 },
    ])
  })

  it('takes nothing of an edit that was reverted, and tells of one that changes nothing there', () => {
    const first = edit({ kind: 'label', class: foreignBase + 4, amount: 0.9, ids: 'shown' }, [0], 'edit-0001')
    let history = reduceHistory(emptyHistory, { kind: 'edit', edit: first })
    const back = revertEdit(history.layer, history.done, first.id)
    const revert = editOf('edit-0002', { ...blank, kind: 'revert', what: 'edit' }, back)
    history = reduceHistory(history, { kind: 'edit', edit: revert })
    const remove = { ...blank, kind: 'remove' as const, class: 1, ids: 'shown' as const }
    const options = { edit: 'edit-0003', fill: 0, space: from.space }
    const not = editOf('edit-0003', remove, planChanges(from.map, history.layer, [0], remove, options))
    history = reduceHistory(history, { kind: 'edit', edit: not })
    const { edits, leftOut } = carry(from, history.done, to)
    expect(edits).toEqual([])
    expect(leftOut).toEqual([{ edit: not.id, reason: 'no-effect', class: null }])
  })
})
