/** Images of a sine wave, and how far a resized copy of one is shifted: positions to a hundredth of a pixel. */
import sharp from 'sharp'

export type Axis = 'x' | 'y'

/** A wave along an axis with crests every `period` pixels, as RGB `[height, width, 3]`. */
function wave(width: number, height: number, axis: Axis, period: number): Uint8Array {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (axis === 'x' ? x : y) + 0.5
      data.fill(
        Math.round(128 + 100 * Math.sin((2 * Math.PI * at) / period)),
        3 * (y * width + x),
        3 * (y * width + x) + 3,
      )
    }
  return data
}

/** Writes a wave that has 16 pixels per crest after it was resized from `from` to `to` pixels along the axis. */
export async function writeWave(
  file: string,
  size: { width: number; height: number },
  axis: Axis,
  to: number,
  orientation = 1,
): Promise<void> {
  const { width, height } = size
  const data = wave(width, height, axis, periodOf(axis === 'x' ? width : height, to))
  const picture = sharp(data, { raw: { width, height, channels: 3 } }).withMetadata({ orientation })
  await (
    file.endsWith('.jpg')
      ? picture.jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      : file.endsWith('.webp')
        ? picture.webp({ lossless: true, effort: 0 })
        : picture.png()
  ).toFile(file)
}

const periodOf = (from: number, to: number): number => 16 * Math.max(1, from / to)

/** Where the wave of a line of values lies, in pixels of its source, and its amplitude. */
function phase(values: ArrayLike<number>, scale: number, period: number, from: number, to: number): number {
  const sums = { ss: 0, cc: 0, sc: 0, vs: 0, vc: 0 }
  for (let i = from; i < to; i++) {
    const angle = (2 * Math.PI * (i + 0.5) * scale) / period
    const [s, c, v] = [Math.sin(angle), Math.cos(angle), values[i]! - 128]
    sums.ss += s * s
    sums.cc += c * c
    sums.sc += s * c
    sums.vs += v * s
    sums.vc += v * c
  }
  const sine = sums.vs * sums.cc - sums.vc * sums.sc
  const cosine = sums.vc * sums.ss - sums.vs * sums.sc
  return (Math.atan2(cosine, sine) * period) / (2 * Math.PI)
}

/**
 * The largest shift of a resized line against the line it was made of, in its left, middle and right part; in pixels of
 * the coarser of the two. Half a pixel from an edge nothing is said.
 */
export function largestShift(resized: ArrayLike<number>, source: ArrayLike<number>): number {
  const scale = source.length / resized.length
  const period = periodOf(source.length, resized.length)
  const shifts = [
    [0.05, 0.35],
    [0.35, 0.65],
    [0.65, 0.95],
  ].map(([from = 0, to = 0]) => {
    const ofPart = (line: ArrayLike<number>, step: number): number =>
      phase(line, step, period, Math.floor(from * line.length), Math.ceil(to * line.length))
    const shift = ofPart(resized, scale) - ofPart(source, 1)
    return Math.abs(shift - Math.round(shift / period) * period) / Math.max(1, scale)
  })
  return Math.max(...shifts)
}

/** The middle line along an axis of RGB bytes `[height, width, 3]`. */
export function middleLine(
  image: { data: ArrayLike<number>; width: number; height: number },
  axis: Axis,
): number[] {
  const { data, width, height } = image
  return Array.from({ length: axis === 'x' ? width : height }, (_, i) => {
    const [x, y] = axis === 'x' ? [i, height >> 1] : [width >> 1, i]
    return data[3 * (y * width + x)]!
  })
}

/** The same of the first of planes `[3, height, width]` whose values are pixel/255. */
export function middleOfPlane(
  planes: ArrayLike<number>,
  width: number,
  height: number,
  axis: Axis,
): number[] {
  return Array.from({ length: axis === 'x' ? width : height }, (_, i) => {
    const [x, y] = axis === 'x' ? [i, height >> 1] : [width >> 1, i]
    return 255 * planes[y * width + x]!
  })
}
