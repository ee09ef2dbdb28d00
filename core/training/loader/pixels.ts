/** Reading an image's pixels inside a worker: from memory, from the cache file, or from the image file itself. */
import { openSync, closeSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { fail } from '../../base/error.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { decodeImage } from '../../image/decode.ts'
import { toSize } from '../../image/resized.ts'
import type { Pixels } from '../../image/resample.ts'

/** Where pixels come from; posted to workers. `offsets` and `sizes` as in a layout. */
export type PixelSource =
  | { kind: 'memory'; bytes: Uint8Array; offsets: Float64Array; sizes: Int32Array }
  | { kind: 'disk'; file: string; offsets: Float64Array; sizes: Int32Array; checksums: Uint32Array }
  | { kind: 'files'; files: readonly string[]; sizes: Int32Array }

/** One worker's view of a source; pixels are valid until the next read. */
export interface PixelReader {
  /** Whether {@link PixelReader.read} is asynchronous (for files it is). */
  waits: boolean
  /** Synchronous, for memory and disk. */
  readNow(index: number): Pixels
  /** `shrinkFor`: the decoder may reduce the image as long as its shorter side stays at least this long. */
  read(index: number, shrinkFor: number): Promise<Pixels>
  close(): void
}

function memoryReader(source: Extract<PixelSource, { kind: 'memory' }>): PixelReader {
  const { bytes, offsets, sizes } = source
  const pixels: Pixels = { data: bytes, offset: 0, height: 0, width: 0 }
  const readNow = (index: number): Pixels => {
    pixels.offset = offsets[index]!
    pixels.height = sizes[2 * index]!
    pixels.width = sizes[2 * index + 1]!
    return pixels
  }
  return { waits: false, readNow, read: index => Promise.resolve(readNow(index)), close() {} }
}

function diskReader(source: Extract<PixelSource, { kind: 'disk' }>): PixelReader {
  const { file, offsets, sizes, checksums } = source
  const fd = openToRead(file)
  let buffer = new Uint8Array(0)
  const pixels: Pixels = { data: buffer, offset: 0, height: 0, width: 0 }
  const readNow = (index: number): Pixels => {
    const length = offsets[index + 1]! - offsets[index]!
    if (buffer.length < length) buffer = new Uint8Array(length)
    pixels.data = buffer
    pixels.height = sizes[2 * index]!
    pixels.width = sizes[2 * index + 1]!
    let got: number
    try {
      got = readSync(fd, buffer, 0, length, offsets[index]!)
    } catch (error) {
      return diskError(error, file, 'read')
    }
    if (got !== length || crc32(buffer.subarray(0, length)) !== checksums[index])
      fail('bad-image', `${file}: the cached pixels of image ${index} are damaged; delete the file`, { file })
    return pixels
  }
  return {
    waits: false,
    readNow,
    read: index => Promise.resolve(readNow(index)),
    close: () => closeSync(fd),
  }
}

function openToRead(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    return diskError(error, file, 'read')
  }
}

function fileReader(source: Extract<PixelSource, { kind: 'files' }>): PixelReader {
  return {
    waits: true,
    readNow: () => fail('usage', 'image files are read with a wait'),
    async read(index, shrinkFor) {
      const file = source.files[index]!
      const image = await decodeImage(file, { atLeast: { width: shrinkFor, height: shrinkFor } })
      checkSize(file, image, source.sizes[2 * index]!, source.sizes[2 * index + 1]!)
      const { data, height, width } = toSize(image, image)
      return { data, offset: 0, height, width }
    },
    close() {},
  }
}

/** Throws `bad-image` if a file is not the image that was imported. */
export function checkSize(
  file: string,
  image: { originalHeight: number; originalWidth: number },
  height: number,
  width: number,
): void {
  if (image.originalHeight !== height || image.originalWidth !== width)
    fail(
      'bad-image',
      `${file}: ${image.originalWidth}×${image.originalHeight} pixels, but it was ${width}×${height} when it was imported`,
      { file },
    )
}

/** Opens a source for one thread. */
export function openPixels(source: PixelSource): PixelReader {
  switch (source.kind) {
    case 'memory':
      return memoryReader(source)
    case 'disk':
      return diskReader(source)
    case 'files':
      return fileReader(source)
  }
}
