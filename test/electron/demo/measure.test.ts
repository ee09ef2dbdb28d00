/** The measures of a student, with a stand-in for the model whose answers are known. */
import { describe, expect, it } from 'vitest'
import type { Session } from '../../../core/engine/engine.ts'
import { answers, measureStudent, testCrop } from '../../../electron/demo/measure.ts'
import type { SceneSet } from '../../../electron/demo/measure.ts'
import { normalising } from '../../../electron/demo/recipe.ts'

/** Answers with the class that stands in the picture's mean brightness: 10 times the class. */
const reader: Session = {
  inputs: ['images'],
  outputs: ['logits'],
  close: () => Promise.resolve(),
  run(feeds) {
    const { shape, data } = feeds['images']!
    const [n = 0] = shape
    const each = data.length / n
    const logits = new Float32Array(n * 10)
    for (let i = 0; i < n; i++) {
      const mean = data.subarray(i * each, (i + 1) * each).reduce((sum, value) => sum + value, 0) / each
      const brightness = mean * normalising.std[0] + normalising.mean[0]
      logits[i * 10 + Math.round((brightness * 255) / 10)] = 5
    }
    return Promise.resolve({ logits: { shape: [n, 10], data: logits } })
  },
}

const side = 16
/** A scene: left half of brightness 10·a, right half 10·b, a box over each. */
function scene(a: number, b: number, label: number): { pixels: number[]; truth: SceneSet['truth'][number] } {
  const pixels = Array.from({ length: side * side * 3 }, (_, i) =>
    Math.floor(i / 3) % side < side / 2 ? 10 * a : 10 * b,
  )
  return {
    pixels,
    truth: {
      image: `${label}/0.png`,
      label,
      largest: a,
      objects: [
        { class: a, box: [0, 0, side / 2, side] },
        { class: b, box: [side / 2, 0, side, side] },
      ],
    },
  }
}

const scenes = [scene(2, 4, 2), scene(6, 8, 8), scene(1, 1, 1)]
const set: SceneSet = {
  side,
  pixels: Uint8Array.from(scenes.flatMap(one => one.pixels)),
  truth: scenes.map(one => one.truth),
}

describe('answers', () => {
  it('shows the model the windows it was given', async () => {
    const windows = [
      { scene: 0, crop: { top: 0, left: 0, height: 16, width: 8 } },
      { scene: 0, crop: { top: 3, left: 8, height: 7, width: 8 } },
      { scene: 1, crop: { top: 0, left: 0, height: 16, width: 16 } },
    ]
    const logits = await answers(reader, set, windows, 4)
    expect([0, 1, 2].map(i => logits.subarray(10 * i, 10 * i + 10).indexOf(5))).toEqual([2, 4, 7])
  })
})

describe('measureStudent', () => {
  it('scores whole scenes by label, largest digit and digits present', async () => {
    const measures = await measureStudent(reader, set, { size: 8, seed: 0, rounds: 1 })
    // Answers on whole scenes: 3, 7 and 1; only the last is a digit that is there.
    expect(measures).toMatchObject({ top1: 1 / 3, largest: 1 / 3, real: 1 / 3 })
  })

  it('asks about the same crops every time, and leaves out those that show no digit', async () => {
    const options = { size: 8, seed: 3, rounds: 40 }
    const first = await measureStudent(reader, set, options)
    expect(await measureStudent(reader, set, options)).toEqual(first)
    expect(first.crops).toBeGreaterThan(20)
    expect(first.crops).toBeLessThan(120)
    expect(testCrop(3, 1, 2, 64)).toEqual(testCrop(3, 1, 2, 64))
    // Crops of the third scene are always right; those of the others are right where they show one half only.
    expect(first.cropReal).toBeGreaterThan(1 / 3)
  })
})
