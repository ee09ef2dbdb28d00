/** Figures of whole label maps, against dense computation and by hand. */
import { expect, it } from 'vitest'
import { random } from '../../../core/base/random.ts'
import { classMapOf, identityClassMap } from '../../../core/labelmap/class-map.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { createMapScorer } from '../../../core/pooling/measures.ts'

/** A map of random entries: K classes of `classes` a cell. */
function randomMap(seed: number, [K, H, W]: [number, number, number], classes: number): LabelMap {
  const draw = random(seed)
  const [ids, logits] = [new Uint16Array(K * H * W), new Float32Array(K * H * W)]
  for (let cell = 0; cell < H * W; cell++) {
    const order = draw.shuffle(Int32Array.from({ length: classes }, (_, c) => c))
    const values = Array.from({ length: K }, () => draw.uniform(-2, 8)).sort((a, b) => b - a)
    for (let k = 0; k < K; k++) [ids[k * H * W + cell], logits[k * H * W + cell]] = [order[k]!, values[k]!]
  }
  return { shape: [K, H, W], ids, logits }
}

it('agrees with the dense mean and softmax', () => {
  const classes = 7
  const score = createMapScorer(identityClassMap(classes), 0)
  for (let seed = 0; seed < 50; seed++) {
    const map = randomMap(seed, [3, 2, 4], classes)
    const mean = new Array<number>(classes).fill(0)
    map.ids.forEach((id, i) => (mean[id] = mean[id]! + map.logits[i]! / 8))
    const total = mean.reduce((sum, z) => sum + Math.exp(z), 0)
    const p = mean.map(z => Math.exp(z) / total)
    const sorted = [...p].sort((a, b) => b - a)
    const label = seed % classes
    const found = score(map, label)
    expect(found.top).toBe(p.indexOf(sorted[0]!))
    expect(found.confidence).toBeCloseTo(sorted[0]!, 5)
    expect(found.margin).toBeCloseTo(sorted[0]! - sorted[1]!, 5)
    expect(found.entropy).toBeCloseTo(-p.reduce((sum, x) => sum + x * Math.log(x), 0) / Math.log(classes), 5)
    expect(found.listed).toBe(map.ids.includes(label as never))
  }
})

it('speaks in the classes of the project', () => {
  // Annotator classes 0, 1, 2 are project classes 1, none, 0.
  const score = createMapScorer(classMapOf([1, -1, 0], 3), 0)
  const map: LabelMap = { shape: [1, 1, 1], ids: Uint16Array.of(0), logits: Float32Array.of(3) }
  expect(score(map, 1)).toMatchObject({ top: 1, listed: true })
  expect(score(map, 0).listed).toBe(false)
  expect(score(map, null).listed).toBeNull()
})

it('keeps its figures within 0…1, with one class and with equal ones', () => {
  const one = createMapScorer(identityClassMap(1), 0)
  const map: LabelMap = { shape: [1, 1, 1], ids: Uint16Array.of(0), logits: Float32Array.of(0) }
  expect(one(map, 0)).toEqual({ top: 0, confidence: 1, margin: 1, entropy: 0, listed: true })
  const many = createMapScorer(identityClassMap(1000), 0)(map, 999)
  expect(many).toMatchObject({ top: 0, margin: 0, listed: false })
  expect(many.entropy).toBeGreaterThan(0.9999)
  expect(many.entropy).toBeLessThanOrEqual(1)
})
