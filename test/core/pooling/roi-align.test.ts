import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { roiAlign } from '../../../core/pooling/roi-align.ts'
import { sharedFile } from '../../shared.ts'

interface Case {
  input: { shape: [number, number, number]; data: number[] }
  box_xyxy: [number, number, number, number]
  output_size: [number, number]
  spatial_scale: number
  sampling_ratio: number
  aligned: boolean
  expected: number[]
}

const golden = sharedFile('golden/roi-align.json')

describe('roiAlign', () => {
  it.skipIf(!golden)('gives the numbers of torchvision within 1e-5 (the tolerance stated there)', () => {
    const { cases } = JSON.parse(readFileSync(golden!, 'utf8')) as { cases: Case[] }
    expect(cases.length).toBeGreaterThan(10)
    for (const c of cases) {
      const out = roiAlign(Float32Array.from(c.input.data), c.input.shape, c.box_xyxy, {
        outputSize: c.output_size,
        spatialScale: c.spatial_scale,
        samplingRatio: c.sampling_ratio,
        aligned: c.aligned,
      })
      expect(out.length).toBe(c.expected.length)
      c.expected.forEach((value, i) => expect(Math.abs(out[i]! - value)).toBeLessThanOrEqual(1e-5))
    }
  })

  const ramp = Float32Array.from({ length: 2 * 4 * 5 }, (_, i) => {
    const x = i % 5
    const y = Math.floor(i / 5) % 4
    return i < 20 ? x : 10 * y
  })

  it('reads a linear ramp at the bins’ centres, where it is exact', () => {
    const out = roiAlign(ramp, [2, 4, 5], [1, 1, 3, 3], { outputSize: [2, 2] })
    expect(Array.from(out)).toEqual([1.5, 2.5, 1.5, 2.5, 15, 15, 25, 25])
  })

  it('scales the box and shifts it by half a cell when aligned', () => {
    const out = roiAlign(ramp, [2, 4, 5], [2, 2, 6, 6], { outputSize: 1, spatialScale: 0.5, aligned: true })
    expect(Array.from(out)).toEqual([1.5, 15])
  })

  it('clamps sides to one cell unless aligned', () => {
    const plain = roiAlign(ramp, [2, 4, 5], [2, 1, 2.2, 1.2], { outputSize: 1 })
    const aligned = roiAlign(ramp, [2, 4, 5], [2, 1, 2.2, 1.2], { outputSize: 1, aligned: true })
    expect(plain[0]).toBeCloseTo(2.5, 6)
    expect(aligned[0]).toBeCloseTo(1.6, 6)
  })

  it('takes the border for samples up to a cell outside, and 0 beyond', () => {
    const ones = new Float32Array(9).fill(1)
    expect(roiAlign(ones, [1, 3, 3], [-1, 0, 0, 1], { outputSize: 1, samplingRatio: 1 })[0]).toBe(1)
    expect(roiAlign(ones, [1, 3, 3], [-5, 0, -4, 1], { outputSize: 1, samplingRatio: 1 })[0]).toBe(0)
    expect(roiAlign(ones, [1, 3, 3], [-2, 0, 2, 1], { outputSize: 1, samplingRatio: 2 })[0]).toBe(1)
    expect(roiAlign(ones, [1, 3, 3], [-3, 0, 1, 1], { outputSize: 1, samplingRatio: 2 })[0]).toBe(0.5)
  })

  it('refuses shapes that do not fit and boxes without end', () => {
    const usage = expect.objectContaining({ code: 'usage' })
    expect(() => roiAlign(ramp, [2, 4, 6], [0, 0, 1, 1], { outputSize: 1 })).toThrow(usage)
    expect(() => roiAlign(ramp, [2, 4, 5], [0, 0, NaN, 1], { outputSize: 1 })).toThrow(usage)
    expect(() => roiAlign(ramp, [2, 4, 5], [0, 0, 1e12, 1], { outputSize: 1 })).toThrow(usage)
    expect(() => roiAlign(ramp, [2, 4, 5], [0, 0, 1, 1], { outputSize: [0, 1] })).toThrow(usage)
    expect(() => roiAlign(ramp, [2, 4, 5], [0, 0, 1, 1], { outputSize: 1, samplingRatio: 0.5 })).toThrow(
      usage,
    )
  })
})
