/** Every operation means what it says, on any map, under either fill rule, whatever the class map. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import { classMapOf, identityClassMap } from '../../../../core/labelmap/class-map.ts'
import { classSpaceOf, mapOptions, shownMap, type ClassSpace } from '../../../../core/labelmap/class-space.ts'
import {
  applyChanges,
  applyLayer,
  emptyLayer,
  invertChanges,
  layerToList,
  planChanges,
  type CorrectionLayer,
} from '../../../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { createTargetScratch, globalTarget, poolTarget } from '../../../../core/pooling/target.ts'
import { randomMap } from '../../pooling/maps.ts'
import { classes, someMap, someOperation } from './random.ts'

const annotators = 9
const project = 7
const cells = 12
const foreign = (space: ClassSpace): number[] => [...space.shownPadding].slice(project)

/** Any class map, equal lists included, under either fill rule, with a map that may be under earlier corrections. */
const someGround = fc
  .record({
    table: fc.oneof(
      fc
        .array(fc.integer({ min: -1, max: project - 1 }), { minLength: annotators, maxLength: annotators })
        .filter(one => one.some(to => to >= 0)),
      fc.constant([0, 1, 2, 3, 4, 5, 6]),
    ),
    fill: fc.constantFrom(0, -4, 3),
    seed: fc.nat(1e6),
    scale: fc.constantFrom(1, 8),
    before: fc.array(fc.tuple(fc.nat(cells - 1), fc.nat(project - 1)), { maxLength: 6 }),
  })
  .map(({ table, fill, seed, scale, before }) => {
    const classMap = table.length === project ? identityClassMap(project) : classMapOf(table, project)
    const space = classSpaceOf(classMap, { fill })
    const map = randomMap(seed, table.length, [3, 3, 4])
    map.logits.forEach((z, i) => (map.logits[i] = Math.fround(z * scale)))
    let layer: CorrectionLayer = emptyLayer
    before.forEach(([cell, id], i) => {
      const first: Operation = { ...blank, kind: i % 2 ? 'label' : 'raise', class: id, amount: 0.8 }
      const options = { edit: `before-${i}00`, fill, space }
      layer = applyChanges(layer, planChanges(map, layer, [cell], first, options))
    })
    return { space, map, layer, fill }
  })

const blank = { class: null, to: null, amount: null, what: null, ids: 'shown' as const }
const someId = fc.nat(project + 2)
/** A shown class: of the project, or one that only the annotator has. */
const classOf = (space: ClassSpace, n: number): number =>
  n < project ? n : (foreign(space)[n - project] ?? n % project)

/** Every shown class's logit in a cell. */
function logitsOf(map: LabelMap, space: ClassSpace, cell: number): Map<number, number> {
  const view = shownMap(map, space)
  const found = new Map([...space.shownPadding].map(id => [id, space.fill]))
  for (let at = cell; at < view.ids.length; at += cells) found.set(view.ids[at]!, view.logits[at]!)
  expect(found.size).toBe(space.classes)
  return found
}

function shareOf(logits: Map<number, number>, id: number): number {
  const top = Math.max(...logits.values())
  const total = [...logits.values()].reduce((sum, z) => sum + Math.exp(z - top), 0)
  return Math.exp(logits.get(id)! - top) / total
}

/** The class with the largest logit above the fill logit (the lower one of equals); null: none. */
function leading(logits: Map<number, number>, fill: number): number | null {
  const [best] = [...logits].sort(([a, x], [b, y]) => y - x || a - b)
  return best && best[1] > fill ? best[0] : null
}

/** The logits of a cell before and after an operation, and the layer after it. */
function perform(
  { space, map, layer, fill }: { space: ClassSpace; map: LabelMap; layer: CorrectionLayer; fill: number },
  operation: Operation,
  cell: number,
): { before: Map<number, number>; after: Map<number, number>; next: CorrectionLayer } {
  const changes = planChanges(map, layer, [cell], operation, { edit: 'edit-0001', fill, space })
  const next = applyChanges(layer, changes)
  const options = mapOptions(space)
  const back = applyChanges(next, invertChanges(changes))
  expect(layerToList(back)).toEqual(layerToList(layer))
  return {
    before: logitsOf(applyLayer(map, layer, options), space, cell),
    after: logitsOf(applyLayer(map, next, options), space, cell),
    next,
  }
}

/** What an operation did not name is as it was. */
function expectOthersAsTheyWere(
  before: Map<number, number>,
  after: Map<number, number>,
  named: readonly number[],
): void {
  for (const [id, z] of before) if (!named.includes(id)) expect(after.get(id)).toBe(z)
}

describe('label', () => {
  it('gives the class exactly the probability, and leaves the proportions of the others', () => {
    const some = fc.record({
      ground: someGround,
      n: someId,
      cell: fc.nat(cells - 1),
      p: fc.double({ min: 0.5001, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(some, ({ ground, n, cell, p }) => {
        const id = classOf(ground.space, n)
        const { before, after } = perform(ground, { ...blank, kind: 'label', class: id, amount: p }, cell)
        expect(Math.abs(shareOf(after, id) - p)).toBeLessThan(1e-6)
        expectOthersAsTheyWere(before, after, [id])
      }),
      { numRuns: 500 },
    )
  })

  it('refuses a probability with which the class might not lead', () => {
    const { space, map } = {
      space: classSpaceOf(identityClassMap(9), { fill: 0 }),
      map: randomMap(1, 9, [3, 3, 4]),
    }
    for (const amount of [0.5, 1, 0, Number.NaN, null])
      expect(() =>
        planChanges(
          map,
          emptyLayer,
          [0],
          { ...blank, kind: 'label', class: 1, amount },
          {
            edit: 'edit-0001',
            fill: 0,
            space,
          },
        ),
      ).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('the other operations in words', () => {
  const some = fc.record({ ground: someGround, n: someId, m: someId, cell: fc.nat(cells - 1) })

  it('also: the class and the cell’s leader share', () => {
    fc.assert(
      fc.property(some, ({ ground, n, cell }) => {
        const id = classOf(ground.space, n)
        const { before, after } = perform(ground, { ...blank, kind: 'also', class: id }, cell)
        const leader = leading(before, ground.fill)
        if (leader === id) expect(after).toEqual(before)
        else if (leader !== null) expect(after.get(id)).toBe(before.get(leader))
        else expect(shareOf(after, id)).toBeCloseTo(0.5, 5)
        expectOthersAsTheyWere(before, after, [id])
      }),
    )
  })

  it('not: the class does not lead', () => {
    fc.assert(
      fc.property(some, ({ ground, n, cell }) => {
        const id = classOf(ground.space, n)
        const { before, after } = perform(ground, { ...blank, kind: 'not', class: id }, cell)
        expect(leading(after, ground.fill)).not.toBe(id)
        expect(after.get(id)).toBe(Math.min(before.get(id)!, ground.fill))
        expectOthersAsTheyWere(before, after, [id])
      }),
    )
  })

  it('nothing: no class leads', () => {
    fc.assert(
      fc.property(some, ({ ground, cell }) => {
        const { after } = perform(ground, { ...blank, kind: 'nothing' }, cell)
        expect(leading(after, ground.fill)).toBeNull()
      }),
    )
  })

  it('really: the other class has what the one had', () => {
    fc.assert(
      fc.property(some, ({ ground, n, m, cell }) => {
        const [id, to] = [classOf(ground.space, n), classOf(ground.space, m)]
        fc.pre(id !== to)
        const { before, after } = perform(ground, { ...blank, kind: 'really', class: id, to }, cell)
        const there = before.get(id)! > ground.fill
        if (!there) expect(after).toEqual(before)
        else {
          expect(after.get(to)).toBe(Math.max(before.get(id)!, before.get(to)!))
          expect(after.get(id)).toBe(ground.fill)
          if (leading(before, ground.fill) === id) expect(leading(after, ground.fill)).not.toBe(id)
        }
        expectOthersAsTheyWere(before, after, [id, to])
      }),
    )
  })
})

describe('operations on logits in shown classes', () => {
  it('are those on map classes where the lists are equal', () => {
    fc.assert(
      fc.property(someMap, someOperation, fc.constantFrom(0, -2), (map, operation, fill) => {
        const space = classSpaceOf(identityClassMap(classes), { fill })
        const all = [...Array(12).keys()]
        const options = { edit: 'edit-0001', fill, space }
        const shown = planChanges(map, emptyLayer, all, { ...operation, ids: 'shown' }, options)
        const plain = planChanges(map, emptyLayer, all, operation, options)
        const sorted = (list: typeof shown): unknown[] =>
          [...list].sort((a, b) => a.cell - b.cell || a.class - b.class)
        expect(sorted(shown)).toEqual(sorted(plain))
      }),
    )
  })

  it('set the shown logit, whatever is behind the class', () => {
    const some = fc.record({
      ground: someGround,
      n: someId,
      cell: fc.nat(cells - 1),
      z: fc.float({ min: -9, max: 30, noNaN: true }),
    })
    fc.assert(
      fc.property(some, ({ ground, n, cell, z }) => {
        const id = classOf(ground.space, n)
        const { before, after } = perform(ground, { ...blank, kind: 'set', class: id, amount: z }, cell)
        expect(after.get(id)).toBe(Object.is(z, -0) ? 0 : z)
        expectOthersAsTheyWere(before, after, [id])
      }),
    )
  })
})

describe('what is shown', () => {
  it('is what is trained on: the target of a painted map is its cells’ softmax over the project', () => {
    const some = fc.record({ ground: someGround, n: fc.nat(project - 1) })
    fc.assert(
      fc.property(some, ({ ground, n }) => {
        const { space, map, fill } = ground
        const all = [...Array(cells).keys()]
        const label: Operation = { ...blank, kind: 'label', class: n, amount: 0.95 }
        const changes = planChanges(map, emptyLayer, all, label, { edit: 'edit-0001', fill, space })
        const after = applyLayer(map, applyChanges(emptyLayer, changes), mapOptions(space))
        const scratch = createTargetScratch(space.classMap, { fill })
        const out = new Float32Array(project)
        globalTarget(after, out, scratch)
        // It leads every cell with 95 % or more of the project's classes, and so the target.
        for (const cell of all) {
          const logits = logitsOf(after, space, cell)
          for (const id of logits.keys()) if (id >= project) logits.delete(id)
          expect(shareOf(logits, n)).toBeGreaterThan(0.95 - 1e-6)
        }
        expect(out[n]).toBeGreaterThan(0.9)
        // A crop inside of one cell is that cell.
        const one = new Float32Array(project)
        const box = { top: 0, left: 0, height: 10, width: 10 }
        poolTarget(after, box, { height: 30, width: 40 }, one, scratch)
        expect(one[n]).toBeGreaterThan(0.9)
      }),
    )
  })
})
