import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classMapOf, identityClassMap } from '../../../core/labelmap/class-map.ts'
import type { ClassMap } from '../../../core/labelmap/class-map.ts'
import { poolLabelMap } from '../../../core/pooling/pool-label-map.ts'
import {
  createTargetScratch,
  globalSingleTarget,
  globalTarget,
  poolSingleTarget,
  poolTarget,
} from '../../../core/pooling/target.ts'
import { randomMap, stripesMap, uniformMap } from './maps.ts'

const image = { height: 300, width: 300 }
const whole = { top: 0, left: 0, height: 300, width: 300 }

/** The rule of DESIGN written out: pool, map with the maximum, softmax. */
function slowly(logits: Float32Array, map: ClassMap, fill: number): { target: number[]; outside: number } {
  const z = Array.from({ length: map.projectClasses }, (_, p) => {
    const behind = Array.from(logits).filter((_, c) => map.target[c] === p)
    return behind.length ? Math.max(...behind) : fill
  })
  const total = z.reduce((sum, v) => sum + Math.exp(v), 0)
  const all = Array.from(logits).reduce((sum, v) => sum + Math.exp(v), 0)
  const outside = Array.from(logits).reduce((sum, v, c) => (map.target[c]! < 0 ? sum + Math.exp(v) : sum), 0)
  return { target: z.map(v => Math.exp(v) / total), outside: outside / all }
}

describe('poolTarget', () => {
  it('is the published rule when the class lists are equal, call after call', () => {
    const map = randomMap(1, 50, [4, 8, 8])
    const classMap = identityClassMap(50)
    const scratch = createTargetScratch(classMap)
    const out = new Float32Array(50)
    for (let i = 0; i < 20; i++) {
      const crop = { top: i * 7, left: i * 3, height: 100 + i, width: 150 - i }
      const { unmatchedMass } = poolTarget(map, crop, image, out, scratch)
      expect(out).toEqual(poolLabelMap(map, crop, image, { classes: 50 }).probabilities)
      expect(unmatchedMass).toBe(0)
    }
  })

  it('pools, takes the maximum of many to one, and softmaxes over the project (float32: 1e-6)', () => {
    const crops = fc.record({
      top: fc.integer({ min: 0, max: 150 }),
      left: fc.integer({ min: 0, max: 150 }),
      height: fc.integer({ min: 1, max: 150 }),
      width: fc.integer({ min: 1, max: 150 }),
    })
    const tables = fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(fc.nat(), tables, crops, fc.constantFrom(0, -2, 1), (seed, table, crop, fill) => {
        const map = randomMap(seed, 20, [2, 3, 4])
        const classMap = classMapOf(table, 7)
        const out = new Float32Array(7)
        const figures = poolTarget(map, crop, image, out, createTargetScratch(classMap, { fill }))
        const { logits } = poolLabelMap(map, crop, image, { classes: 20, fill })
        const expected = slowly(logits, classMap, fill)
        expected.target.forEach((p, c) => expect(Math.abs(out[c]! - p)).toBeLessThan(1e-6))
        expect(Math.abs(figures.unmatchedMass - expected.outside)).toBeLessThan(1e-6)
      }),
      { numRuns: 200 },
    )
  })

  it('refuses room for another number of classes', () => {
    const scratch = createTargetScratch(identityClassMap(5))
    expect(() => poolTarget(uniformMap([0], [1]), whole, image, new Float32Array(6), scratch)).toThrow(
      expect.objectContaining({ code: 'mismatch' }),
    )
  })

  it('recovers after a map that cannot be trusted', () => {
    const classMap = identityClassMap(20)
    const scratch = createTargetScratch(classMap)
    const out = new Float32Array(20)
    const bad = uniformMap([3, 99], [1, 1])
    expect(() => poolTarget(bad, whole, image, out, scratch)).toThrow(
      expect.objectContaining({ code: 'bad-label-map' }),
    )
    const nan = uniformMap([3], [NaN])
    expect(() => poolTarget(nan, whole, image, out, scratch)).toThrow(
      expect.objectContaining({ code: 'bad-label-map' }),
    )
    poolTarget(stripesMap(), whole, image, out, scratch)
    expect(out).toEqual(poolLabelMap(stripesMap(), whole, image, { classes: 20 }).probabilities)
  })
})

describe('the ablations', () => {
  const classMap = identityClassMap(1000)
  const scratch = createTargetScratch(classMap)
  const out = new Float32Array(1000)
  const top = { top: 0, left: 0, height: 60, width: 300 }

  it('localized single names the crop’s strongest class', () => {
    poolSingleTarget(stripesMap(), top, image, out, scratch)
    expect(out[11]).toBe(1)
    expect(out.reduce((sum, p) => sum + p, 0)).toBe(1)
  })

  it('global multi is the softmax of the map’s mean, exactly as pooling the whole image', () => {
    globalTarget(stripesMap(), out, scratch)
    expect(out[10]).toBeCloseTo(0.128779, 6)
    expect(out[11]).toBeCloseTo(0.005249, 6)
  })

  it('global single names the whole image’s strongest class', () => {
    globalSingleTarget(stripesMap(), out, scratch)
    expect(out[10]).toBe(1)
  })

  it('gives ties, and images below the fill logit, to the lowest class', () => {
    const small = identityClassMap(6)
    const target = new Float32Array(6)
    const memory = createTargetScratch(small)
    const winner = (ids: number[], logits: number[]): number => {
      globalSingleTarget(uniformMap(ids, logits), target, memory)
      return target.indexOf(1)
    }
    expect(winner([4, 2], [3, 3])).toBe(2)
    expect(winner([0, 1], [-1, -2])).toBe(2)
    expect(winner([5, 1], [0, 0])).toBe(0)
    expect(winner([5, 4, 3, 2, 1, 0], [-1, -1, -1, -1, -1, -2])).toBe(1)
  })
})
