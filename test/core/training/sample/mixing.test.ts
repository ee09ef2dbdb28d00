/** CutMix and mixup of batches: determinism, pixels, targets, and when they are off. */
import { describe, expect, it } from 'vitest'
import { cutmixBox } from '../../../../core/pooling/cutmix.ts'
import { drawMixing, mixBatchTargets, mixImages } from '../../../../core/training/sample/mixing.ts'
import { tinyRecipe } from '../fixture.ts'

describe('drawMixing', () => {
  const cutmix = tinyRecipe({ cutmix: { probability: 1, offLast: 1 } })

  it('depends on seed, epoch and batch only, and is off in the last epochs', () => {
    expect(drawMixing(cutmix, 0, 3)).toEqual(drawMixing(cutmix, 0, 3))
    expect(drawMixing(cutmix, 0, 3)).not.toEqual(drawMixing(cutmix, 0, 4))
    expect(drawMixing(cutmix, 1, 0)).toBeDefined()
    expect(drawMixing(cutmix, 2, 0)).toBeUndefined()
    expect(drawMixing(tinyRecipe(), 0, 0)).toBeUndefined()
  })

  it('keeps the λ of the clipped box', () => {
    for (let batch = 0; batch < 50; batch++) {
      const { box, lambda } = drawMixing(cutmix, 0, batch)!
      const area = (box!.bottom - box!.top) * (box!.right - box!.left)
      expect(lambda).toBeCloseTo(1 - area / 144, 12)
    }
  })

  it('mixes as often as it says, CutMix before mixup', () => {
    const recipe = tinyRecipe({ cutmix: { probability: 0.3 }, mixup: { probability: 0.5 } })
    const kinds = Array.from({ length: 2000 }, (_, i) => drawMixing(recipe, 0, i)?.kind)
    const share = (kind: string): number => kinds.filter(found => found === kind).length / 2000
    // Five standard errors of a share are below .056.
    expect(Math.abs(share('cutmix') - 0.3)).toBeLessThan(0.056)
    expect(Math.abs(share('mixup') - 0.35)).toBeLessThan(0.056)
  })
})

describe('mixing', () => {
  const partner = Int32Array.of(1, 2, 0)
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i)

  it('pastes the box of the partner, in every channel', () => {
    const size = 4
    const images = numbers(3 * 3 * 16)
    const before = images.slice()
    const box = cutmixBox({ height: size, width: size }, 0.75, { y: 1, x: 2 })
    expect([box.top, box.bottom, box.left, box.right]).toEqual([0, 2, 1, 3])
    mixImages(images, new Float32Array(images.length), size, {
      kind: 'cutmix',
      lambda: box.lambda,
      partner,
      box,
    })
    images.forEach((value, i) => {
      const [b, y, x] = [Math.floor(i / 48), Math.floor(i / 4) % 4, i % 4]
      const inside = y < 2 && x >= 1 && x < 3
      const from = inside ? partner[b]! : b
      expect(value).toBe(before[from * 48 + (i % 48)])
    })
  })

  it('blends images and targets by the same share', () => {
    const images = numbers(3 * 3 * 4)
    const before = images.slice()
    mixImages(images, new Float32Array(images.length), 2, {
      kind: 'mixup',
      lambda: 0.75,
      partner,
      box: undefined,
    })
    expect(images[13]).toBeCloseTo(0.75 * before[13]! + 0.25 * before[25]!, 5)
    const targets = Float32Array.of(1, 0, 0, 1, 0.5, 0.5)
    mixBatchTargets(targets, new Float32Array(6), 2, { lambda: 0.75, partner })
    expect([...targets]).toEqual([0.75, 0.25, 0.125, 0.875, 0.625, 0.375])
  })
})
