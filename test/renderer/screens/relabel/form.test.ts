/** The relabel form: defaults, limits (the contract's own), and what makes a check out of date. */
import { describe, expect, it } from 'vitest'
import { annotateRequest } from '../../../../core/contract/api/annotator.ts'
import { normalising } from '../../../../electron/demo/recipe.ts'
import { chosenRow, costRows } from '../../../../renderer/screens/relabel/cost.ts'
import {
  checkKey,
  defaultSplit,
  initialForm,
  preprocessingName,
  preprocessings,
  probeKey,
  problemsOf,
  requestOf,
  written,
  type RelabelForm,
} from '../../../../renderer/screens/relabel/form.ts'

const splits = [{ name: 'val' }, { name: 'train' }] as never
const filled = (sample = false): RelabelForm => ({ ...initialForm({ splits, sample }), model: '/m/a.onnx' })

describe('written', () => {
  it('changes one field, and accepts an approximation of the model that was looked at only', () => {
    const accepted = written(filled(), 'acceptApproximation', true)
    expect(accepted).toEqual({ ...filled(), acceptApproximation: true })
    expect(written(accepted, 'topK', 3)).toEqual({ ...accepted, topK: 3 })
    expect(written(accepted, 'model', accepted.model)).toEqual(accepted)
    expect(written(accepted, 'model', '/m/b.onnx')).toMatchObject({
      model: '/m/b.onnx',
      acceptApproximation: false,
    })
  })
})

describe('initialForm', () => {
  it('gives a request that the contract takes, once a file is chosen', () => {
    for (const sample of [false, true]) {
      const form = filled(sample)
      expect(problemsOf(form)).toEqual({})
      expect(annotateRequest.parse(requestOf(form))).toMatchObject({
        model: '/m/a.onnx',
        classes: null,
        split: 'train',
      })
    }
  })
  it("has the demo's preprocessing for the sample and the paper's elsewhere", () => {
    expect(filled(true)).toMatchObject({ mean: normalising.mean, std: normalising.std, size: 80, topK: 3 })
    expect(filled()).toMatchObject({ size: 480, topK: 5 })
    expect([preprocessingName(filled(true)), preprocessingName(filled())]).toEqual(['digits', 'imagenet'])
    expect(preprocessingName({ ...filled(), std: [1, 1, 1] })).toBeNull()
  })
  it('never hands out the shared lists', () => {
    const form = filled()
    form.mean[0] = 9
    expect(preprocessings.imagenet.mean[0]).toBe(0.485)
  })
  it('proposes train, else the first split', () => {
    expect(defaultSplit(splits as { name: string }[])).toBe('train')
    expect(defaultSplit([{ name: 'val' }])).toBe('val')
    expect(defaultSplit([])).toBe('')
  })
})

describe('problemsOf', () => {
  const wrong: [keyof RelabelForm, unknown][] = [
    ['model', ''],
    ['model', '/m/a.pt'],
    ['split', ''],
    ['size', 7],
    ['size', 12.5],
    ['topK', 0],
    ['batch', 2000],
    ['threads', 0],
    ['workers', 65],
    ['mean', [NaN, 0, 0]],
    ['mean', [123.7, 116.3, 103.5]],
    ['std', [0, 1, 1]],
    ['std', [58, 57, 57]],
  ]
  it.each(wrong)('names the field %s for %s', (field, value) => {
    const problems = problemsOf({ ...filled(), [field]: value })
    expect(Object.keys(problems)).toEqual([field])
  })
})

describe('keys', () => {
  it('tell when a check or a probe is out of date', () => {
    const form = filled()
    expect(checkKey({ ...form, topK: 20 })).toBe(checkKey(form))
    expect(checkKey({ ...form, size: 224 })).not.toBe(checkKey(form))
    expect(checkKey({ ...form, acceptApproximation: true })).not.toBe(checkKey(form))
    expect(probeKey({ ...form, topK: 20 })).toBe(probeKey(form))
    expect(probeKey({ ...form, provider: 'webgpu' })).not.toBe(probeKey(form))
    expect(probeKey({ ...form, logits: 'u8' })).not.toBe(probeKey(form))
  })
})

describe('costRows', () => {
  const row = (k: number, disk: number) => ({ k, bytes: 700 * k, divergence: 1 / k, agreement: 0.9, disk })
  const probe = {
    images: 32,
    skipped: 0,
    shape: null,
    rate: 10,
    seconds: 100,
    total: 1000,
    free: 1000,
    rows: [row(20, 990), row(5, 300)],
  }
  it('sorts by K, marks the chosen one and what does not fit', () => {
    expect(costRows(probe, 5).map(({ k, chosen, tooLarge }) => [k, chosen, tooLarge])).toEqual([
      [5, true, false],
      [20, false, true],
    ])
    expect(chosenRow(probe, 20)?.disk).toBe(990)
    expect(chosenRow(probe, 7)).toBeNull()
  })
})
