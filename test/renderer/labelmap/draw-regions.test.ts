import { describe, expect, it } from 'vitest'
import type { Rgb } from '../../../core/labelmap/colour.ts'
import {
  drawChips,
  drawFlatTint,
  drawOutlines,
  type DrawnChip,
  type DrawnPlan,
  type DrawnRegion,
  type Pen,
} from '../../../renderer/labelmap/draw-regions.ts'
import { boxOf, tintPixels, type TintMap } from '../../../renderer/labelmap/region-tint.ts'

type Stroke = { width: number; style: string; dash: number[]; points: number[][] }

/** A pen that records its strokes and texts. */
function recorder() {
  const strokes: Stroke[] = []
  const fills: { style: string; alpha: number }[] = []
  const texts: { text: string; style: string; x: number }[] = []
  let points: number[][] = []
  let dash: number[] = []
  const pen = {
    lineWidth: 0,
    strokeStyle: '',
    fillStyle: '',
    globalAlpha: 1,
    save() {},
    restore() {},
    beginPath: () => (points = []),
    moveTo: (...at: number[]) => points.push(at),
    lineTo: (...at: number[]) => points.push(at),
    closePath() {},
    arc() {},
    fill: () => fills.push({ style: pen.fillStyle, alpha: pen.globalAlpha }),
    roundRect: (...at: number[]) => points.push(at),
    setLineDash: (next: number[]) => (dash = next),
    stroke: () => strokes.push({ width: pen.lineWidth, style: pen.strokeStyle, dash, points }),
    fillText: (text: string, x: number) => texts.push({ text, style: pen.fillStyle, x }),
  }
  return { pen: pen as unknown as Pen, strokes, texts, fills }
}

const square = (left: number, top: number, side: number): Float32Array =>
  Float32Array.of(left, top, left + side, top, left + side, top + side, left, top + side)
const region = (part: Partial<DrawnRegion>): DrawnRegion => ({
  id: 1,
  cells: [0],
  role: 'named',
  dashed: false,
  paths: [square(0, 0, 1)],
  ...part,
})
const planOf = (regions: DrawnRegion[]): DrawnPlan => ({ regions, width: 4, height: 3, shares: new Map() })
const colour = (id: number): Rgb => [id, 0, 0]
const place = { x: 10, y: 20, cellWidth: 5, cellHeight: 7 }
const halo = 'rgb(0 0 0 / 59%)'

describe('drawOutlines', () => {
  it('draws lines of the same width at any zoom, on a halo', () => {
    for (const zoom of [1, 8]) {
      const { pen, strokes } = recorder()
      const scaled = { x: 10, y: 20, cellWidth: 5 * zoom, cellHeight: 7 * zoom }
      drawOutlines(pen, planOf([region({})]), { place: scaled, colour })
      expect(strokes.map(({ width, style }) => [width, style])).toEqual([
        [4, halo],
        [2, 'rgb(1 0 0)'],
      ])
      expect(strokes[0]!.points).toEqual([
        [10, 20],
        [10 + 5 * zoom, 20],
        [10 + 5 * zoom, 20 + 7 * zoom],
        [10, 20 + 7 * zoom],
      ])
    }
  })

  it('draws the given label last, wider and with a white core', () => {
    const { pen, strokes } = recorder()
    drawOutlines(pen, planOf([region({ id: 9, role: 'given' }), region({ id: 2 })]), { place, colour })
    expect(strokes.map(({ width, style }) => [width, style])).toEqual([
      [4, halo],
      [2, 'rgb(2 0 0)'],
      [5, halo],
      [3, 'rgb(9 0 0)'],
      [1, '#fff'],
    ])
  })

  it('dashes the line but not its halo, widens what is under the pointer, and scales for thumbnails', () => {
    const { pen, strokes } = recorder()
    drawOutlines(pen, planOf([region({ dashed: true })]), { place, colour, hovered: 0, thickness: 0.5 })
    expect(strokes.map(({ width, dash }) => [width, dash])).toEqual([
      [2.5, []],
      [1.5, [4.5, 2.7]],
    ])
  })

  it('makes all regions of a lit class stand out', () => {
    const { pen, strokes } = recorder()
    const regions = [region({ id: 1 }), region({ id: 2 }), region({ id: 2 })]
    drawOutlines(pen, planOf(regions), { place, colour, lit: 2 })
    expect(strokes.filter(({ style }) => style !== halo).map(({ width }) => width)).toEqual([2, 3, 3])
  })

  it('draws only one class if asked', () => {
    const { pen, strokes } = recorder()
    drawOutlines(pen, planOf([region({ id: 1 }), region({ id: 2 })]), { place, colour, only: 2 })
    expect(strokes.map(({ style }) => style)).toEqual([halo, 'rgb(2 0 0)'])
  })

  it('draws the borders of the cells instead, also at the edges of the map', () => {
    const { pen, strokes } = recorder()
    // The last cell of a row and the first of the next are not neighbours.
    drawOutlines(pen, planOf([region({ cells: [3, 4] })]), { place, colour, borders: true })
    expect(strokes[0]!.points).toHaveLength(2 * 8)
    const joined = recorder()
    drawOutlines(joined.pen, planOf([region({ cells: [1, 2] })]), { place, colour, borders: true })
    expect(joined.strokes[0]!.points).toHaveLength(2 * 6)
  })
})

describe('drawChips', () => {
  const chip = (part: Partial<DrawnChip>): DrawnChip => ({
    region: 0,
    text: 'quail 96 %',
    x: 1,
    y: 2,
    width: 80,
    height: 20,
    filled: false,
    leader: null,
    ...part,
  })

  it('writes dark on the given label’s colour, white on the others, and says that a label is nowhere', () => {
    const { pen, texts } = recorder()
    const chips = [
      chip({ filled: true }),
      chip({ region: 1, text: 'drake 97 %' }),
      chip({ region: -1, text: 'husky: not on this map' }),
    ]
    drawChips(pen, chips, planOf([region({ role: 'given' }), region({ id: 2 })]), {
      place,
      colour,
      family: 'Inter',
    })
    expect(texts).toEqual([
      { text: 'quail 96 %', style: '#14161a', x: 17 },
      { text: 'drake 97 %', style: '#fff', x: 31 },
      { text: 'husky: not on this map', style: '#fff', x: 19 },
    ])
  })

  it('keeps only the chips of one class if asked, and draws leaders below all chips', () => {
    const { pen, texts, strokes } = recorder()
    const chips = [chip({ leader: [0, 0, 3, 4] }), chip({ region: 1, text: 'drake' })]
    drawChips(pen, chips, planOf([region({ id: 1 }), region({ id: 2 })]), {
      place,
      colour,
      family: 'Inter',
      only: 1,
    })
    expect(texts.map(({ text }) => text)).toEqual(['quail 96 %'])
    expect(strokes.map(({ width }) => width)).toEqual([3.5, 1.5])
    expect(strokes[0]!.points).toEqual([
      [10, 20],
      [13, 24],
    ])
  })
})

describe('drawFlatTint', () => {
  it('fills regions the more, the surer they are on average', () => {
    const { pen, fills } = recorder()
    drawFlatTint(
      pen,
      [
        { ...region({ id: 3 }), share: 1 },
        { ...region({ id: 4 }), share: 0.35 },
      ],
      {
        place,
        colour,
      },
    )
    expect(fills).toEqual([
      { style: 'rgb(3 0 0)', alpha: 0.2 },
      { style: 'rgb(4 0 0)', alpha: 0 },
    ])
  })
})

describe('the tint', () => {
  const map: TintMap = {
    height: 3,
    width: 4,
    shares: new Map([[7, Float32Array.of(1, 0.35, 0, 0, 0.675, 0.2, 0, 0, 0, 0, 0, 0)]]),
    regions: [{ id: 7, cells: [0, 4] }],
  }

  it('covers the cells of the class and one more on each side', () => {
    expect(boxOf(map, 7)).toEqual({ left: 0, top: 0, right: 2, bottom: 3 })
    expect(boxOf(map, 8)).toBeNull()
  })

  it('is as opaque as the class is sure, from 0.35 to 1', () => {
    const pixels = tintPixels(map, 7, [1, 2, 3], { left: 0, top: 0, right: 2, bottom: 3 }, 1)
    expect([...pixels.slice(0, 3)]).toEqual([1, 2, 3])
    const alphas = [...pixels].filter((_, i) => i % 4 === 3)
    expect(alphas).toEqual([255, 0, 128, 0, 0, 0])
  })

  it('is bilinear between the centres of cells', () => {
    const pixels = tintPixels(map, 7, [0, 0, 0], { left: 0, top: 0, right: 1, bottom: 1 }, 4)
    // x = 0.125 and 0.375 of the way from the first cell (1) to the second (0.35).
    const row = [3, 7, 11, 15].map(at => pixels[at]!)
    expect(row).toEqual([255, 255, Math.round(255 * 0.875), Math.round(255 * 0.625)])
  })
})
