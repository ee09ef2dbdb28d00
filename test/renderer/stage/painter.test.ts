/** The painter: equal to a picture made straight from the definition, and painting changed cells equals painting everything. */
import { expect, test } from 'vitest'
import { random } from '../../../core/base/random.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { classColour } from '../../../core/labelmap/colour.ts'
import {
  cellSide,
  createPainting,
  paintAll,
  paintCells,
  type PaintOptions,
} from '../../../renderer/stage/painter.ts'
import { legendOf } from '../../../renderer/stage/swatches.ts'
import { slowPicture } from '../slow-picture.ts'

const [K, H, W] = [4, 6, 9]
const classes = 20

function mapOf(seed: number): LabelMap {
  const draw = random(seed)
  const ids = new Uint16Array(K * H * W)
  const logits = new Float32Array(K * H * W)
  for (let cell = 0; cell < H * W; cell++) {
    const own = draw.shuffle(Array.from({ length: classes }, (_, c) => c)).slice(0, K)
    const values = Array.from({ length: K }, () => draw.uniform(0.5, 8)).sort((a, b) => b - a)
    own.forEach((id, k) => {
      ids[k * H * W + cell] = id
      logits[k * H * W + cell] = values[k]!
    })
  }
  return { shape: [K, H, W], ids, logits }
}

const optionsOf = (map: LabelMap, part: Partial<PaintOptions> = {}): PaintOptions => ({
  only: null,
  classes,
  fill: 0,
  opacity: 0.6,
  threshold: 0.3,
  smooth: false,
  swatches: new Map(legendOf(map, new Map(), classColour).map(({ id, swatch }) => [id, swatch])),
  color: [213, 94, 0],
  ...part,
})

const side = 8

/** Largest difference of any channel. */
function apart(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

test('top classes and one class’s strength, in whole cells and smooth, are painted as they are defined', () => {
  for (const smooth of [false, true])
    for (const only of [null, 3])
      for (let seed = 0; seed < 3; seed++) {
        const map = mapOf(seed)
        const options = optionsOf(map, { only, smooth })
        const painting = createPainting(H, W, side)
        paintAll(painting, map, options)
        expect(new Set(painting.data).size).toBeGreaterThan(5)
        // Alpha may round the other way where float32 and float64 differ in the last place.
        expect(apart(painting.data, slowPicture(map, side, options))).toBeLessThanOrEqual(1)
      }
})

test('nothing is seen below the threshold or at opacity 0, and smoothed classes meet between cells', () => {
  const map = mapOf(3)
  const alphas = (part: Partial<PaintOptions>): number[] => {
    const painting = createPainting(H, W, side)
    paintAll(painting, map, optionsOf(map, part))
    return [...painting.data].filter((_, i) => i % 4 === 3)
  }
  expect(Math.max(...alphas({ threshold: 1 }))).toBe(0)
  expect(Math.max(...alphas({ opacity: 0 }))).toBe(0)
  const smooth = alphas({ threshold: 0, smooth: true })
  const steps = smooth.slice(1, W * side).map((alpha, i) => Math.abs(alpha - smooth[i]!))
  expect(Math.max(...steps)).toBeLessThan((0.6 * 255) / side)
})

test('painting only the changed cells gives what painting everything gives', () => {
  for (const smooth of [false, true])
    for (const only of [null, 5]) {
      const draw = random(11)
      const map = mapOf(20)
      const options = optionsOf(map, { smooth, only })
      const painting = createPainting(H, W, side)
      paintAll(painting, map, options)
      for (let round = 0; round < 25; round++) {
        const cells = Array.from({ length: 1 + draw.int(3) }, () => draw.int(H * W))
        for (const cell of cells)
          for (let k = 0; k < K; k++) map.logits[k * H * W + cell] = draw.uniform(0, 9)
        paintCells(painting, map, options, cells)
        const fresh = createPainting(H, W, side)
        paintAll(fresh, map, options)
        expect(Buffer.from(painting.data.buffer).equals(Buffer.from(fresh.data.buffer))).toBe(true)
      }
    }
})

test('no cells, no painting; and large maps take no larger pictures than screens show', () => {
  const map = mapOf(1)
  expect(paintCells(createPainting(H, W, side), map, optionsOf(map), [])).toBeNull()
  expect(cellSide(15, 15)).toBe(32)
  expect(cellSide(160, 100) * 160).toBeLessThanOrEqual(640)
})
