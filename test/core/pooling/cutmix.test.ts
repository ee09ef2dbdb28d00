import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutmixBox, mixTargets } from '../../../core/pooling/cutmix.ts'
import { sharedFile } from '../../shared.ts'

interface Case {
  size_hw: [number, number]
  lam: number
  center_yx: [number, number]
  box_yxyx: [number, number, number, number]
  lam_adjusted: number
}

const golden = sharedFile('golden/cutmix.json')

describe('cutmixBox', () => {
  it.skipIf(!golden)('gives the golden boxes exactly', () => {
    const { cases } = JSON.parse(readFileSync(golden!, 'utf8')) as { cases: Case[] }
    expect(cases.length).toBeGreaterThan(5)
    for (const {
      size_hw: [height, width],
      lam,
      center_yx: [y, x],
      box_yxyx: box,
      lam_adjusted,
    } of cases)
      expect(cutmixBox({ height, width }, lam, { y, x })).toEqual({
        top: box[0],
        left: box[1],
        bottom: box[2],
        right: box[3],
        lambda: lam_adjusted,
      })
  })

  it('clips the box and corrects λ: 224×224, λ ½, centre (10, 112)', () => {
    const box = cutmixBox({ height: 224, width: 224 }, 0.5, { y: 10, x: 112 })
    expect(box).toMatchObject({ top: 0, bottom: 89, left: 33, right: 191 })
    expect(box.lambda).toBeCloseTo(0.719746, 6)
  })

  it('takes nothing at λ = 1 and stays inside at λ = 0', () => {
    expect(cutmixBox({ height: 8, width: 8 }, 1, { y: 3, x: 3 }).lambda).toBe(1)
    expect(cutmixBox({ height: 8, width: 8 }, 0, { y: 4, x: 4 })).toEqual({
      top: 0,
      left: 0,
      bottom: 8,
      right: 8,
      lambda: 0,
    })
  })

  it('always gives the share of the first image that its box leaves', () => {
    const side = fc.integer({ min: 1, max: 500 })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(side, side, share, share, share, (height, width, lambda, v, u) => {
        const center = { y: Math.floor(v * (height - 1)), x: Math.floor(u * (width - 1)) }
        const box = cutmixBox({ height, width }, lambda, center)
        expect(0 <= box.top && box.top <= box.bottom && box.bottom <= height).toBe(true)
        expect(0 <= box.left && box.left <= box.right && box.right <= width).toBe(true)
        const kept = height * width - (box.bottom - box.top) * (box.right - box.left)
        expect(box.lambda).toBeCloseTo(kept / (height * width), 12)
      }),
    )
  })

  it('refuses a λ outside 0…1', () => {
    const usage = expect.objectContaining({ code: 'usage' })
    expect(() => cutmixBox({ height: 8, width: 8 }, 1.1, { y: 0, x: 0 })).toThrow(usage)
    expect(() => cutmixBox({ height: 8, width: 8 }, NaN, { y: 0, x: 0 })).toThrow(usage)
    expect(() => cutmixBox({ height: 0, width: 8 }, 0.5, { y: 0, x: 0 })).toThrow(usage)
  })
})

describe('mixTargets', () => {
  it('mixes linearly, also in place', () => {
    const a = Float32Array.of(1, 0, 0)
    const b = Float32Array.of(0, 0.5, 0.5)
    mixTargets(a, b, 0.75, a)
    expect(Array.from(a)).toEqual([0.75, 0.125, 0.125])
    expect(() => mixTargets(a, new Float32Array(2), 0.5, a)).toThrow(
      expect.objectContaining({ code: 'mismatch' }),
    )
  })
})
