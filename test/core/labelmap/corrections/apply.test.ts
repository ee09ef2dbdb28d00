/** The corrected map against a dense reference that knows nothing of layers, and what padding does to targets. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Operation } from '../../../../core/contract/api/corrections.ts'
import { classMapOf, identityClassMap } from '../../../../core/labelmap/class-map.ts'
import {
  applyChanges,
  applyLayer,
  changedCells,
  correctedCell,
  emptyLayer,
  layerFromList,
  planChanges,
  updateCells,
  type CorrectionLayer,
} from '../../../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { topK } from '../../../../core/labelmap/top-k.ts'
import { validateLabelMap } from '../../../../core/labelmap/validate.ts'
import {
  createTargetScratch,
  globalTarget,
  poolSingleTarget,
  poolTarget,
} from '../../../../core/pooling/target.ts'
import { randomMap, uniformMap } from '../../pooling/maps.ts'
import { classes, performAll, shape, someCells, someDeed, someMap, someOperation } from './random.ts'

const cells = shape[1] * shape[2]
const options = { fill: 0, classes }

/** [C, H, W] of a map. */
function dense(map: LabelMap, fill: number): Float32Array {
  const n = map.shape[1] * map.shape[2]
  const out = new Float32Array(classes * n).fill(fill)
  map.ids.forEach((id, i) => (out[id * n + (i % n)] = map.logits[i]!))
  return out
}

/** The operation on a dense map, in place. */
function editDense(z: Float32Array, where: number[], operation: Operation, fill: number): void {
  for (const cell of where) {
    const at = operation.class! * cells + cell
    const to = (operation.to ?? 0) * cells + cell
    const amount = operation.amount ?? 0
    if (operation.kind === 'raise') z[at] = z[at]! + amount
    if (operation.kind === 'lower' && z[at]! > fill) z[at] = Math.max(fill, z[at]! - amount)
    if (operation.kind === 'set') z[at] = amount
    if (operation.kind === 'remove') z[at] = fill
    // A class at the fill logit is one that the cell does not list: there is nothing to swap.
    if (operation.kind === 'swap' && z[at] !== fill) {
      z[to] = Math.max(z[at]!, z[to]!)
      z[at] = fill
    }
  }
}

function target(map: LabelMap, fill: number, crop: [number, number, number, number]): Float32Array {
  const map12 = identityClassMap(classes)
  const out = new Float32Array(classes)
  const [top, left, height, width] = crop
  poolTarget(
    map,
    { top, left, height, width },
    { height: 90, width: 120 },
    out,
    createTargetScratch(map12, { fill }),
  )
  return out
}

const someCrop = fc
  .tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 80 }),
    fc.integer({ min: 1, max: 30 }),
    fc.integer({ min: 1, max: 40 }),
  )
  .map(one => one as [number, number, number, number])

describe('the corrected map', () => {
  it.each([0, -1.5])('pools to what a dense map edited by hand gives (fill %s)', fill => {
    fc.assert(
      fc.property(
        someMap,
        fc.array(fc.tuple(someOperation, someCells), { maxLength: 8 }),
        someCrop,
        (map, steps, crop) => {
          const z = dense(map, fill)
          let layer: CorrectionLayer = emptyLayer
          steps.forEach(([operation, where], i) => {
            layer = applyChanges(
              layer,
              planChanges(map, layer, where, operation, { edit: `edit-000${i}`, fill }),
            )
            editDense(z, where, operation, fill)
          })
          const corrected = applyLayer(map, layer, { fill, classes })
          validateLabelMap(corrected, { classes })
          dense(corrected, fill).forEach((value, i) => expect(value).toBeCloseTo(z[i]!, 4))
          const all = topK(z, [classes, shape[1], shape[2]], classes)
          const [ours, reference] = [target(corrected, fill, crop), target(all, fill, crop)]
          ours.forEach((value, i) => expect(Math.abs(value - reference[i]!)).toBeLessThan(1e-6))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('leaves the machine’s map alone, falls in every cell, and has the K of the fullest', () => {
    fc.assert(
      fc.property(someMap, fc.array(someDeed, { maxLength: 12 }), (map, deeds) => {
        const before = { shape: [...map.shape], ids: map.ids.slice(), logits: map.logits.slice() }
        const { layer } = performAll(map, deeds).at(-1)!
        const corrected = applyLayer(map, layer, options)
        expect({ ...map, shape: [...map.shape] }).toEqual(before)
        const [K] = corrected.shape
        for (let i = cells; i < K * cells; i++)
          expect(corrected.logits[i]!).toBeLessThanOrEqual(corrected.logits[i - cells]!)
        const counts = Array.from({ length: cells }, (_, cell) => correctedCell(map, layer, cell).count)
        expect(K).toBe(layer.size === 0 ? shape[0] : Math.max(1, ...counts))
      }),
    )
  })

  it('is the same cell by cell as a whole', () => {
    fc.assert(
      fc.property(someMap, fc.array(someDeed, { minLength: 1, maxLength: 12 }), (map, deeds) => {
        const all = performAll(map, deeds)
        let live = applyLayer(map, all[0]!.layer, options)
        all.slice(1).forEach((history, i) => {
          const touched = new Set([...history.layer.keys(), ...all[i]!.layer.keys()])
          live = updateCells(live, map, history.layer, [...touched], options)
          const whole = applyLayer(map, history.layer, options)
          validateLabelMap(live, { classes })
          expect(dense(live, 0)).toEqual(dense(whole, 0))
          if (live.shape[0] === whole.shape[0]) expect(live).toEqual(whole)
          for (let cell = 0; cell < cells; cell++) {
            const { ids, logits, count } = correctedCell(map, history.layer, cell)
            const listed = ids.slice(0, count)
            for (let k = 0; k < whole.shape[0]; k++) {
              const at = listed.indexOf(whole.ids[k * cells + cell]!)
              expect(whole.logits[k * cells + cell]).toBe(at < 0 ? 0 : logits[at])
            }
          }
        })
      }),
      { numRuns: 60 },
    )
  })

  it('is padded by classes that change no target, whatever the class map', () => {
    const map = randomMap(5, classes, shape)
    const layer = layerFromList(
      [4, 5, 6, 7, 8].flatMap(id => ({
        cell: 7,
        class: id,
        entry: { logit: id / 2 - 1, edit: 'edit-0000' },
      })),
    )
    const padded = applyLayer(map, layer, options)
    expect(padded.shape[0]).toBeGreaterThan(shape[0])
    // The same map with every class of every cell listed: nothing is left to pad.
    const full = topK(dense(padded, 0), [classes, shape[1], shape[2]], classes)
    const many = classMapOf([0, 0, 1, 1, 2, -1, -1, 3, 3, 3, 4, 4], 6)
    for (const classMap of [identityClassMap(classes), many])
      for (const make of [poolTarget, poolSingleTarget])
        for (const crop of [
          { top: 0, left: 0, height: 90, width: 120 },
          { top: 30, left: 60, height: 40, width: 30 },
        ]) {
          const [a, b] = [padded, full].map(one => {
            const out = new Float32Array(classMap.projectClasses)
            make(one, crop, { height: 90, width: 120 }, out, createTargetScratch(classMap))
            return out
          })
          a!.forEach((value, i) => expect(Math.abs(value - b![i]!)).toBeLessThan(1e-7))
        }
  })

  it('takes classes above 65,535 and refuses what the map cannot have', () => {
    const map = uniformMap([1, 2], [5, 4], 2, 2)
    const at = (cell: number, id: number) =>
      layerFromList([{ cell, class: id, entry: { logit: 9, edit: 'edit-0000' } }])
    const wide = applyLayer(map, at(3, 70_000), { fill: 0, classes: 80_000 })
    expect([wide.ids[3], wide.ids instanceof Uint32Array]).toEqual([70_000, true])
    expect(() => applyLayer(map, at(4, 0), options)).toThrow(/cell 4, but the label map has 2 × 2/)
    expect(() => applyLayer(map, at(0, classes), options)).toThrow(/class 12, but there are 12 classes/)
    expect(applyLayer(map, emptyLayer, options)).toBe(map)
  })

  it('of a removed class is the target without it', () => {
    const map = uniformMap([3, 7], [8, 5], 3, 4)
    const operation: Operation = { kind: 'remove', class: 3, to: null, amount: null, what: null }
    const changes = planChanges(
      map,
      emptyLayer,
      Array.from({ length: 12 }, (_, i) => i),
      operation,
      { edit: 'edit-0000', ...options },
    )
    expect(changedCells(changes)).toHaveLength(12)
    const corrected = applyLayer(map, applyChanges(emptyLayer, changes), options)
    const out = new Float32Array(classes)
    const classMap = identityClassMap(classes)
    globalTarget(corrected, out, createTargetScratch(classMap))
    // Softmax of one class at 5 among eleven at 0.
    expect(out[7]).toBeCloseTo(Math.exp(5) / (Math.exp(5) + 11), 6)
    expect(out[3]).toBeCloseTo(1 / (Math.exp(5) + 11), 6)
  })
})
