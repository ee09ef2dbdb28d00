/** What is shown of a label map: project classes, merged, with those that the annotator lacks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classMapOf, extendClassMap, identityClassMap } from '../../../core/labelmap/class-map.ts'
import {
  classSpaceOf,
  foreignBase,
  mapClassesOf,
  mapOptions,
  shownClassOf,
  shownMap,
  updateShown,
  writtenClassOf,
} from '../../../core/labelmap/class-space.ts'
import { applyLayer, layerFromList, updateCells } from '../../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { validateLabelMap } from '../../../core/labelmap/validate.ts'
import { createTargetScratch, globalTarget, poolTarget } from '../../../core/pooling/target.ts'
import { randomMap } from '../pooling/maps.ts'

const annotators = 9
const project = 7
/** Class maps of nine annotator classes onto seven, of which some have no annotator class. */
const someTable = fc
  .array(fc.integer({ min: -1, max: project - 1 }), { minLength: annotators, maxLength: annotators })
  .filter(table => table.some(to => to >= 0))
const someFill = fc.constantFrom(0, -3, 2)
const someSeed = fc.nat(1e6)

/** Corrections of random cells, which also set project classes that the annotator lacks. */
const someLayer = fc
  .uniqueArray(
    fc.record({
      cell: fc.nat(11),
      class: fc.nat(annotators + project - 1),
      logit: fc.option(fc.float({ min: -9, max: 20, noNaN: true })),
    }),
    { maxLength: 20, selector: one => `${one.cell},${one.class}` },
  )
  .map(list =>
    layerFromList(
      list.map(({ cell, class: id, logit }) => ({ cell, class: id, entry: { logit, edit: 'edit-0001' } })),
    ),
  )

/** The logit of each shown class in a cell, spelled out. */
function dense(map: LabelMap, cell: number, table: readonly number[], fill: number): Map<number, number> {
  const cells = map.shape[1] * map.shape[2]
  const listed = new Map<number, number>()
  for (let k = 0; k < map.shape[0]; k++) listed.set(map.ids[k * cells + cell]!, map.logits[k * cells + cell]!)
  const shown = new Map<number, number>()
  const put = (id: number, z: number): void => void shown.set(id, Math.max(shown.get(id) ?? -Infinity, z))
  table.forEach((to, a) => put(to < 0 ? foreignBase + a : to, listed.get(a) ?? fill))
  for (let p = 0; p < project; p++) {
    const isMissing = !table.includes(p)
    const own = listed.get(annotators + p)
    if (own !== undefined) put(p, own)
    else if (isMissing) put(p, fill)
  }
  return shown
}

describe('classSpaceOf', () => {
  it('says what is behind each shown class', () => {
    const space = classSpaceOf(classMapOf([2, -1, 2, 0], 4), { fill: 0 })
    expect([0, 1, 2, 3, 4, 5, 6, 7].map(id => shownClassOf(space, id))).toEqual([
      2,
      foreignBase + 1,
      2,
      0,
      0,
      1,
      2,
      3,
    ])
    expect([0, 1, 2, 3, foreignBase + 1].map(id => mapClassesOf(space, id))).toEqual([
      [3],
      [5],
      [0, 2],
      [7],
      [1],
    ])
    expect(writtenClassOf(space, 3)).toBe(7)
    expect(space.classes).toBe(5)
    expect([...space.padding]).toEqual([0, 1, 2, 3, 5, 7])
  })

  it('resolves merged classes', () => {
    const space = classSpaceOf(classMapOf([0, 0, -1], 3), { fill: 0, into: [0, 0, 2] })
    expect(shownClassOf(space, 3 + 1)).toBe(0)
  })
})

describe('shownMap', () => {
  it('is the map itself with equal class lists', () => {
    const map = randomMap(1, 20, [3, 4, 4])
    const space = classSpaceOf(identityClassMap(20), { fill: 0 })
    expect(shownMap(map, space)).toBe(map)
    expect(updateShown(map, map, space, [3])).toBe(map)
  })

  it('has the maximum of many to one in every cell, under either fill rule', () => {
    fc.assert(
      fc.property(someSeed, someTable, someFill, someLayer, (seed, table, fill, layer) => {
        const space = classSpaceOf(classMapOf(table, project), { fill })
        const map = applyLayer(randomMap(seed, annotators, [3, 3, 4]), layer, mapOptions(space))
        const view = shownMap(map, space)
        validateLabelMap(view)
        for (let cell = 0; cell < 12; cell++) {
          const wanted = dense(map, cell, table, fill)
          expect(wanted.size).toBe(space.classes)
          const listed = new Map<number, number>()
          for (let at = cell, last = Infinity; at < view.ids.length; at += 12) {
            expect(view.logits[at]).toBeLessThanOrEqual(last)
            last = view.logits[at]!
            listed.set(view.ids[at]!, last)
          }
          for (const [id, z] of wanted) expect(listed.get(id) ?? fill).toBe(z)
        }
      }),
    )
  })

  it('is the same when cells are rewritten in place', () => {
    fc.assert(
      fc.property(someSeed, someTable, someLayer, someLayer, (seed, table, one, two) => {
        const space = classSpaceOf(classMapOf(table, project), { fill: 0 })
        const machine = randomMap(seed, annotators, [3, 3, 4])
        const options = mapOptions(space)
        const before = applyLayer(machine, one, options)
        const view = shownMap(before, space)
        const cells = [...new Set([...one.keys(), ...two.keys()])]
        const after = updateCells(before, machine, two, cells, options)
        const updated = updateShown(view, after, space, cells)
        const fresh = shownMap(after, space)
        expect(updated.shape).toEqual(fresh.shape)
        expect([...updated.ids]).toEqual([...fresh.ids])
        expect([...updated.logits]).toEqual([...fresh.logits])
      }),
    )
  })
})

describe('an extended class map', () => {
  const size = { height: 60, width: 60 }
  const crop = { top: 5, left: 10, height: 30, width: 41 }

  it('gives the same target to the last bit where nothing was corrected', () => {
    fc.assert(
      fc.property(someSeed, someTable, someFill, (seed, table, fill) => {
        const map = randomMap(seed, annotators, [3, 3, 4])
        const base = classMapOf(table, project)
        const [one, two] = [new Float32Array(project), new Float32Array(project)]
        const a = poolTarget(map, crop, size, one, createTargetScratch(base, { fill }))
        const b = poolTarget(map, crop, size, two, createTargetScratch(extendClassMap(base), { fill }))
        expect(two).toEqual(one)
        expect(b.unmatchedMass).toBe(a.unmatchedMass)
      }),
    )
    const map = randomMap(7, 9, [3, 3, 4])
    const [one, two] = [new Float32Array(9), new Float32Array(9)]
    poolTarget(map, crop, size, one, createTargetScratch(identityClassMap(9)))
    poolTarget(map, crop, size, two, createTargetScratch(extendClassMap(identityClassMap(9))))
    expect(two).toEqual(one)
  })

  it('pools classes that only corrections write, also those whose class has been matched since', () => {
    fc.assert(
      fc.property(someSeed, someTable, someFill, someLayer, (seed, table, fill, layer) => {
        const base = classMapOf(table, project)
        const space = classSpaceOf(base, { fill })
        const map = applyLayer(randomMap(seed, annotators, [3, 3, 4]), layer, mapOptions(space))
        const out = new Float32Array(project)
        globalTarget(map, out, createTargetScratch(space.classMap, { fill }))
        // The mean of every map class, the maximum of those behind a project class, the softmax.
        const mean = Array.from({ length: annotators + project }, () => fill)
        const touched = new Set<number>()
        map.ids.forEach((id, i) => {
          touched.add(id)
          mean[id]! += (map.logits[i]! - fill) / 12
        })
        const z = Array.from({ length: project }, (_, p) => {
          const behind = mean.filter((_, id) => id < annotators && table[id] === p)
          if (behind.length === 0 || touched.has(annotators + p)) behind.push(mean[annotators + p]!)
          return Math.max(...behind)
        })
        const total = z.reduce((sum, v) => sum + Math.exp(v), 0)
        z.forEach((v, p) => expect(out[p]!).toBeCloseTo(Math.exp(v) / total, 5))
      }),
    )
  })

  it('counts a correction of a class that was missing before the lists became equal', () => {
    const space = classSpaceOf(identityClassMap(9), { fill: 0 })
    const layer = layerFromList([{ cell: 0, class: 9 + 4, entry: { logit: 30, edit: 'edit-0001' } }])
    const map = applyLayer(randomMap(3, 9, [3, 1, 1]), layer, mapOptions(space))
    const out = new Float32Array(9)
    globalTarget(map, out, createTargetScratch(space.classMap))
    expect(out[4]).toBeGreaterThan(0.999)
    expect(shownMap(map, space).ids[0]).toBe(4)
  })
})
