/** Decoding: every kind of file to upright RGB, every kind of bad file to a clear error. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stampOf } from '../../../core/base/files/stamp.ts'
import { decodeImage, maxSide, probeImage } from '../../../core/image/decode.ts'

let dir: string
const at = (name: string): string => join(dir, name)
const width = 64
const height = 48
/** Left half red, right half blue, and a green block at the top left. */
const pixels = Buffer.alloc(width * height * 3)
for (let y = 0; y < height; y++)
  for (let x = 0; x < width; x++)
    pixels.set(x < 16 && y < 16 ? [0, 255, 0] : x < 32 ? [255, 0, 0] : [0, 0, 255], (y * width + x) * 3)
const picture = (): Sharp => sharp(pixels, { raw: { width, height, channels: 3 } })

async function pixelOf(name: string, x: number, y: number): Promise<number[]> {
  const image = await decodeImage(at(name))
  return [...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3)]
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-decode-'))
  await picture().png().toFile(at('rgb.png'))
  await picture().jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toFile(at('rgb.jpg'))
  await picture().webp({ lossless: true }).toFile(at('rgb.webp'))
  await picture().tiff({ compression: 'lzw' }).toFile(at('rgb.tiff'))
  await picture().gif().toFile(at('rgb.gif'))
  await picture().avif({ lossless: true }).toFile(at('rgb.avif'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('decodeImage', () => {
  it.each(['png', 'jpg', 'webp', 'tiff', 'gif', 'avif'])('reads %s', async format => {
    const image = await decodeImage(at(`rgb.${format}`))
    expect(image).toMatchObject({ width, height, channels: 3, originalWidth: width, originalHeight: height })
    expect(image.data).toHaveLength(width * height * 3)
    // Lossy formats may be off by a few levels.
    for (const [x, y, color] of [
      [4, 4, [0, 255, 0]],
      [20, 40, [255, 0, 0]],
      [60, 4, [0, 0, 255]],
    ] as const)
      for (const [c, value] of (await pixelOf(`rgb.${format}`, x, y)).entries())
        expect(Math.abs(value - color[c]!), `${format} at ${x},${y}`).toBeLessThanOrEqual(12)
  })

  it('turns by EXIF orientation', async () => {
    // Orientation 6: the stored image must be turned a quarter clockwise; its top left becomes the top right.
    await picture().png().toColourspace('srgb').withMetadata({ orientation: 6 }).toFile(at('turned.png'))
    expect(await probeImage(at('turned.png'))).toEqual({
      width: height,
      height: width,
      format: 'png',
      orientation: 6,
      stamp: stampOf(at('turned.png')),
    })
    expect(await pixelOf('turned.png', height - 4, 4)).toEqual([0, 255, 0])
    expect(await pixelOf('turned.png', 4, 4)).toEqual([255, 0, 0])
    expect(await pixelOf('turned.png', 4, width - 4)).toEqual([0, 0, 255])
  })

  it('makes RGB of grey, CMYK, 16 bits and transparency', async () => {
    await picture().greyscale().png().toFile(at('grey.png'))
    const [r, g, b] = await pixelOf('grey.png', 40, 30)
    expect([r, r]).toEqual([g, b])
    await picture().toColourspace('cmyk').jpeg({ quality: 95 }).toFile(at('cmyk.jpg'))
    const [red, green, blue] = await pixelOf('cmyk.jpg', 20, 40)
    expect(red! - green!).toBeGreaterThan(100)
    expect(red! - blue!).toBeGreaterThan(100)
    await picture().toColourspace('rgb16').png().toFile(at('deep.png'))
    expect((await sharp(at('deep.png')).metadata()).depth).toBe('ushort')
    expect(await pixelOf('deep.png', 20, 40)).toEqual([255, 0, 0])
    await picture().ensureAlpha(0).png().toFile(at('clear.png'))
    expect(await pixelOf('clear.png', 20, 40)).toEqual([255, 255, 255])
    await picture().greyscale().ensureAlpha(0.5).png().toFile(at('grey-alpha.png'))
    expect(await pixelOf('grey-alpha.png', 20, 40)).toHaveLength(3)
  })

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.concat([pixels, Buffer.alloc(pixels.length, 128)])
    await sharp(frames, { raw: { width, height: height * 2, channels: 3, pageHeight: height } })
      .gif()
      .toFile(at('moving.gif'))
    expect((await sharp(at('moving.gif')).metadata()).pages).toBe(2)
    expect(await decodeImage(at('moving.gif'))).toMatchObject({ width, height })
    expect(await pixelOf('moving.gif', 4, 4)).toEqual([0, 255, 0])
  })

  it('reduces while decoding, by whole factors, and not below what is asked', async () => {
    await picture().resize(640, 480, { kernel: 'nearest' }).jpeg().toFile(at('large.jpg'))
    const reduced = async (name: string, side: number) =>
      decodeImage(at(name), { atLeast: { width: side, height: side } })
    expect(await reduced('large.jpg', 100)).toMatchObject({
      width: 160,
      height: 120,
      originalWidth: 640,
      originalHeight: 480,
      window: { top: 0, left: 0, width: 160, height: 120 },
    })
    expect(await reduced('large.jpg', 300)).toMatchObject({ width: 640, height: 480 })
    expect(await reduced('rgb.png', 10)).toMatchObject({ width: 16, height: 12 })
    expect(await reduced('rgb.png', 40)).toMatchObject({ width, height, window: { width, height } })
  })
})

describe('a bad image', () => {
  const refused = async (name: string): Promise<string> => {
    const errors = await Promise.all(
      [probeImage(at(name)), decodeImage(at(name))].map(call => call.then(() => undefined, String)),
    )
    expect(errors[1]).toContain(at(name))
    await expect(decodeImage(at(name))).rejects.toMatchObject({ code: 'bad-image' })
    return errors[1] ?? ''
  }

  it('that is missing', async () => expect(await refused('none.jpg')).toMatch(/does not exist/))
  it('that is empty', async () => {
    writeFileSync(at('empty.jpg'), '')
    expect(await refused('empty.jpg')).toMatch(/is empty/)
  })
  it('that is a folder', async () => {
    mkdirSync(at('folder.jpg'))
    expect(await refused('folder.jpg')).toMatch(/is not a file/)
  })
  it.each(['png', 'jpg', 'webp', 'tiff', 'gif', 'avif'])('that is truncated: %s', async format => {
    const bytes = readFileSync(at(`rgb.${format}`))
    writeFileSync(at(`cut.${format}`), bytes.subarray(0, Math.floor(bytes.length * 0.6)))
    expect(await refused(`cut.${format}`)).toMatch(/truncated or damaged/)
  })
  it.each([
    ['text.jpg', 'these are words, not pixels'],
    [
      'vector.png',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    ],
    ['paper.jpg', '%PDF-1.4 …'],
  ])('that is of another type: %s', async (name, content) => {
    writeFileSync(at(name), content)
    expect(await refused(name)).toMatch(/not an image in a known format/)
  })
  it('that is 40,000 pixels wide', async () => {
    await sharp({ create: { width: 40_000, height: 4, channels: 3, background: 'red' } })
      .png()
      .toFile(at('wide.png'))
    expect(await refused('wide.png')).toMatch(new RegExp(`40000×4 pixels.*limit of ${maxSide}`))
  })
  it('that has too many pixels, before they are decoded', async () => {
    await expect(decodeImage(at('rgb.png'), { maxPixels: 1000 })).rejects.toMatchObject({
      code: 'bad-image',
      message: expect.stringMatching(/64×48 pixels are more than the limit of 1000/) as string,
    })
  })
})
