/** Resizing files: positions to a sixteenth of a pixel for every format, orientation, size and axis; values as Pillow has them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeImage } from '../../../core/image/decode.ts'
import { displayPicture, thumbnail } from '../../../core/image/picture.ts'
import { decodeResized, toSize } from '../../../core/image/resized.ts'
import { largestShift, middleLine, writeWave, type Axis } from './wave.ts'

let dir: string
const at = (name: string): string => join(dir, name)
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-resized-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The limit; what is measured is below a hundredth. */
const limit = 1 / 16
const axes: Axis[] = ['x', 'y']
/** Enlarged, as it is, reduced a little, reduced by whole factors and not, and by more than the decoder's blocks. */
const pairs = [
  [64, 80],
  [64, 65],
  [40, 480],
  [100, 100],
  [90, 48],
  [400, 399],
  [501, 224],
  [513, 100],
  [1003, 225],
  [1000, 224],
  [1607, 80],
  [2003, 72],
] as const

/** By length: `Image.fromarray(row).resize((length, 1), Image.BILINEAR)` of Pillow for {@link row}. */
const row = [0, 10, 40, 90, 160, 250]
const pillow: Record<number, number[]> = {
  3: [10, 70, 189],
  4: [4, 36, 108, 216],
  5: [2, 21, 65, 135, 231],
  6: row,
  7: [0, 8, 29, 65, 115, 179, 250],
  9: [0, 5, 15, 35, 65, 102, 148, 205, 250],
  13: [0, 2, 7, 13, 27, 42, 65, 88, 120, 152, 191, 233, 250],
  24: [0, 0, 1, 4, 6, 9, 14, 21, 29, 36, 46, 59, 71, 84, 99, 116, 134, 151, 171, 194, 216, 239, 250, 250],
}

/** The shift of a file that is squashed so that its axis goes from one length to another. */
async function shiftOf(name: string, axis: Axis, from: number, to: number, orientation = 1): Promise<number> {
  const other = 71
  const size = axis === 'x' ? { width: from, height: other } : { width: other, height: from }
  await writeWave(at(name), size, axis, to, orientation)
  const turned = orientation >= 5
  const along = turned ? (axis === 'x' ? 'y' : 'x') : axis
  const across = Math.max(8, Math.round((other * to) / from))
  const wanted = along === 'x' ? { width: to, height: across } : { width: across, height: to }
  const whole = await decodeImage(at(name))
  return largestShift(middleLine(await decodeResized(at(name), wanted), along), middleLine(whole, along))
}

describe('a file at another size', () => {
  it.each(['png', 'jpg', 'webp'])('shows everything where it is: %s', async format => {
    for (const axis of axes)
      for (const [from, to] of pairs)
        expect(await shiftOf(`wave.${format}`, axis, from, to), `${axis} ${from} → ${to}`).toBeLessThan(limit)
  })

  it('however it is turned', async () => {
    for (const orientation of [2, 3, 4, 5, 6, 7, 8])
      for (const axis of axes)
        for (const [from, to] of [
          [64, 80],
          [513, 100],
          [1003, 225],
          [2003, 72],
        ] as const)
          expect(
            await shiftOf('turned.jpg', axis, from, to, orientation),
            `${orientation} ${axis} ${from} → ${to}`,
          ).toBeLessThan(limit)
  })

  it('has the values of Pillow’s triangle filter, to one rounding', async () => {
    const data = Uint8Array.from(row.flatMap(v => [v, v, v]))
    await sharp(data, { raw: { width: 6, height: 1, channels: 3 } })
      .png()
      .toFile(at('row.png'))
    for (const [width, values] of Object.entries(pillow)) {
      const { data: made } = await decodeResized(at('row.png'), { width: Number(width), height: 1 })
      const red = [...made].filter((_, i) => i % 3 === 0)
      expect(red.length).toBe(values.length)
      red.forEach((v, i) => expect(Math.abs(v - values[i]!)).toBeLessThanOrEqual(1))
    }
  })
})

describe('a file that was reduced while it was decoded', () => {
  it('is brought to its own size without a shift', async () => {
    await writeWave(at('part.jpg'), { width: 1003, height: 71 }, 'x', 250)
    const reduced = await decodeImage(at('part.jpg'), { atLeast: { width: 250, height: 10 } })
    expect([reduced.width, reduced.window.width]).toEqual([250, (250 * 1003) / 1002])
    const whole = middleLine(await decodeImage(at('part.jpg')), 'x')
    expect(largestShift(middleLine(toSize(reduced, reduced), 'x'), whole)).toBeLessThan(limit)
  })
})

describe('pictures for people', () => {
  it.each(['png', 'jpg', 'webp'])('show everything where it is: %s', async format => {
    for (const axis of axes)
      for (const [from, to] of [
        [300, 160],
        [1003, 160],
        [1607, 80],
        [2003, 320],
      ] as const) {
        const other = Math.round(from / 8)
        const size = axis === 'x' ? { width: from, height: other } : { width: other, height: from }
        await writeWave(at(`shown.${format}`), size, axis, to)
        const whole = middleLine(await decodeImage(at(`shown.${format}`)), axis)
        for (const show of [thumbnail, displayPicture]) {
          const { bytes } = await show(at(`shown.${format}`), to)
          const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
          const line = middleLine({ data, width: info.width, height: info.height }, axis)
          expect(line).toHaveLength(to)
          expect(largestShift(line, whole), `${show.name} ${axis} ${from} → ${to}`).toBeLessThan(limit)
        }
      }
  })
})
