/** The painter: equal to core's overlays, and painting changed cells equals painting everything. */
import { expect, test } from 'vitest'
import { random } from '../../../core/base/random.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { classesByArea } from '../../../core/labelmap/layers.ts'
import { strengthOverlay, topClassOverlay } from '../../../core/labelmap/overlay.ts'
import { assignSwatches } from '../../../core/labelmap/palette.ts'
import {
  cellSide,
  createPainting,
  paintAll,
  paintCells,
  type PaintOptions,
} from '../../../renderer/stage/painter.ts'

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
  swatches: assignSwatches(classesByArea(map).map(entry => entry.id)),
  color: [213, 94, 0],
  ...part,
})

const side = 8
const size = { height: H * side, width: W * side, classes, opacity: 0.6, threshold: 0.3 }

test('the top classes of whole cells are painted as core draws them', () => {
  for (let seed = 0; seed < 5; seed++) {
    const map = mapOf(seed)
    const painting = createPainting(H, W, side)
    paintAll(painting, map, optionsOf(map))
    const { image } = topClassOverlay(map, size)
    expect(Buffer.from(painting.data.buffer).equals(Buffer.from(image.data.buffer))).toBe(true)
  }
})

test("one class's strength is painted as core draws it, in whole cells and smooth", () => {
  const map = mapOf(7)
  for (const smooth of [false, true]) {
    const painting = createPainting(H, W, side)
    paintAll(painting, map, optionsOf(map, { only: 3, smooth }))
    const { image } = strengthOverlay(map, 3, { ...size, smoothing: smooth ? 'bilinear' : 'nearest' })
    let apart = 0
    image.data.forEach((value, i) => (apart = Math.max(apart, Math.abs(value - painting.data[i]!))))
    // Alpha may round the other way where float32 and float64 differ in the last place.
    expect(apart).toBeLessThanOrEqual(1)
  }
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
