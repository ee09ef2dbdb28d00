/** The measure of the surgery: it sees errors, and refuses what is above its tolerance. */
import { describe, expect, it } from 'vitest'
import {
  checkSurgery,
  mapMeans,
  requireSurgery,
  surgeryTolerance,
} from '../../../core/annotator/check-surgery.ts'
import { node } from '../../../core/graph/node.ts'
import { toAnnotator } from '../../../core/graph/surgery/to-annotator.ts'
import { toFloat32 } from '../../../core/graph/tensor.ts'
import { classifier, images, plainHead } from '../graph/surgery/small-classifier.ts'

describe('the check', () => {
  it('averages over the cells', () => {
    const map = { shape: [1, 2, 1, 3], data: Float32Array.of(1, 2, 3, -1, 0, 4) }
    expect([...mapMeans(map)]).toEqual([2, 1])
  })

  it('sees an annotator whose weights are off', async () => {
    const model = classifier({ head: plainHead })
    const { model: annotator, report } = toAnnotator(model)
    const good = await checkSurgery(model, annotator, report, images(2, 32, 32))
    expect(() => requireSurgery(report, good)).not.toThrow()

    const weight = annotator.graph.initializers.get('fc.bias')!
    const off = toFloat32(weight).slice()
    off[3]! += 0.5
    annotator.graph.initializers.set('fc.bias', { ...weight, raw: new Uint8Array(off.buffer) })
    const bad = await checkSurgery(model, annotator, report, images(2, 32, 32))
    expect(bad.relativeError).toBeGreaterThan(surgeryTolerance)
    expect(() => requireSurgery(report, bad, { acceptApproximation: true })).toThrow(/although the head/)
  })

  it('accepts an approximation only where the user does', async () => {
    const head = [
      ...plainHead.slice(0, 2),
      node('HardSwish', ['f'], ['a']),
      node('Gemm', ['a', 'fc.weight', 'fc.bias'], ['y'], { transB: 1 }),
    ]
    const model = classifier({ head })
    const { model: annotator, report } = toAnnotator(model)
    const check = await checkSurgery(model, annotator, report, images(2, 32, 32))
    expect(() => requireSurgery(report, check)).toThrow(
      /HardSwish acts in each cell.*Accept the approximation/,
    )
    expect(() => requireSurgery(report, check, { acceptApproximation: true })).not.toThrow()
  })

  it('never takes NaN for a small error', async () => {
    const model = classifier({ head: plainHead })
    const { model: annotator, report } = toAnnotator(model)
    const broken = images(1, 16, 16)
    broken.data[0] = NaN
    const check = await checkSurgery(model, annotator, report, broken)
    expect(check.relativeError).toBe(Infinity)
  })
})
