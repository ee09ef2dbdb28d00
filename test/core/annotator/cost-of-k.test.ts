/** What K costs: nothing where K is all classes, ever less as K grows. */
import { describe, expect, it } from 'vitest'
import { costOfK, type DenseMap } from '../../../core/annotator/cost-of-k.ts'
import { random } from '../../../core/base/random.ts'
import { zstd } from '../../../core/labelmap/files/zstd.ts'

const [C, H, W] = [40, 7, 7]
const maps: DenseMap[] = Array.from({ length: 4 }, (_, i) => {
  const draw = random(9, i)
  return {
    shape: [C, H, W],
    data: Float32Array.from({ length: C * H * W }, () => draw.normal() * 3),
    image: { width: 120, height: 90 },
  }
})
const options = { crops: 20, seed: 1, mode: 'fp16', compression: zstd } as const

describe('costOfK', () => {
  it('is half precision alone where everything is kept', () => {
    const [row] = costOfK(maps, [C], options)
    // Logits below 16 in half precision are off by at most 2⁻⁸; KL is of second order in that: below 2⁻¹⁵.
    expect(row!.divergence).toBeLessThan(2 ** -15)
    expect(row!.divergence).toBeGreaterThanOrEqual(-1e-6)
    expect(row!.agreement).toBeGreaterThan(0.97)
  })

  it('falls as K grows, and bytes rise; the same seed gives the same table', () => {
    const rows = costOfK(maps, [2, 8, 20, C], options)
    for (let i = 1; i < rows.length; i++) {
      expect(rows[i]!.divergence).toBeLessThan(rows[i - 1]!.divergence)
      expect(rows[i]!.bytes).toBeGreaterThan(rows[i - 1]!.bytes)
    }
    expect(costOfK(maps, [2, 8, 20, C], options)).toEqual(rows)
  })
})
