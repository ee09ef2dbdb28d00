/** The quality of targets, on scenes whose answer is known. */
import { describe, expect, it } from 'vitest'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { measureTargets, targetMaker } from '../../../electron/demo/targets.ts'

// Digit 3 fills the left half, digit 8 the right half, and the label says 3.
const line = {
  image: '3/000000.png',
  label: 3,
  largest: 3,
  objects: [
    { class: 3, box: [0, 0, 32, 64] as [number, number, number, number] },
    { class: 8, box: [32, 0, 64, 64] as [number, number, number, number] },
  ],
}
const side = 8
const map: LabelMap = {
  shape: [1, side, side],
  ids: Uint16Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 3 : 8)),
  logits: new Float32Array(side * side).fill(12),
}

describe('targetMaker', () => {
  it('teaches what the crop shows, or what the image shows', () => {
    const make = targetMaker()
    const right = { top: 0, left: 40, height: 64, width: 24 }
    const targets = make(line, map, right, 64)
    const top = (target: Float32Array): number => target.indexOf(Math.max(...target))
    expect(top(targets.onehot)).toBe(3)
    expect(top(targets.relabel)).toBe(8)
    expect(targets['localized-single'][8]).toBe(1)
    // Both halves pool to 6 each: e⁶ / (2e⁶ + 8) = 0.4951; RoIAlign plays no part.
    expect(targets['global-multi'][3]).toBeCloseTo(Math.exp(6) / (2 * Math.exp(6) + 8), 5)
    expect(targets['global-multi'][8]).toBeCloseTo(targets['global-multi'][3] ?? 0, 6)
    expect(targets['global-single'][3]).toBe(1) // a tie goes to the lower class
    for (const target of Object.values(targets) as Float32Array[])
      expect(target.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
  })
})

describe('measureTargets', () => {
  it('finds localized targets right on every crop, and the given label not', () => {
    const quality = measureTargets(Array(50).fill(line), () => map, { side: 64, seed: 1, rounds: 4 })
    const row = Object.fromEntries(quality.rows.map(one => [one.name, one]))
    expect(quality.crops).toBeGreaterThan(50)
    expect(quality.statistics.crops).toBe(200)
    expect(row['relabel']?.real).toBeGreaterThan(row['onehot']?.real ?? 1)
    expect(row['relabel']?.mAP).toBeGreaterThan(0.95)
    expect(row['onehot']?.real).toBeLessThan(0.95)
  })
})
