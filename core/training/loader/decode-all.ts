/** Decodes a whole set once, at the sizes of its layout. */
import { availableParallelism } from 'node:os'
import { crc32 } from 'node:zlib'
import { fail, RelabelError } from '../../base/error.ts'
import { isPassing } from '../../image/image-error.ts'
import { decodeResized } from '../../image/resized.ts'
import type { ImageSet } from '../sample/image-set.ts'
import type { Layout } from './layout.ts'
import { checkSize } from './pixels.ts'

/** Decodes every image of a set, several concurrently, and passes the bytes to `put`; `passing`: bad ones out of reach. */
export async function decodeAll(
  set: ImageSet,
  layout: Layout,
  options: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal | undefined },
  put: (data: Uint8Array, at: number) => void,
): Promise<{ bad: Map<number, string>; passing: number[]; checksums: number[] }> {
  const bad = new Map<number, string>()
  const passing: number[] = []
  const checksums = new Array<number>(set.images.length).fill(0)
  let next = 0
  let done = 0
  const lane = async (): Promise<void> => {
    for (let i = next++; i < set.images.length; i = next++) {
      if (options.signal?.aborted) fail('cancelled', 'stopped while the images were being decoded')
      const { file, width, height } = set.images[i]!
      const size = { height: layout.sizes[2 * i]!, width: layout.sizes[2 * i + 1]! }
      try {
        if (width < 1 || height < 1) fail('bad-image', 'the size of the image is not known')
        const image = await decodeResized(file, size)
        checkSize(file, image, height, width)
        checksums[i] = crc32(image.data)
        put(image.data, layout.offsets[i]!)
      } catch (error) {
        if (!(error instanceof RelabelError) || error.code !== 'bad-image') throw error
        bad.set(i, error.message)
        if (isPassing(error)) passing.push(i)
      }
      options.onProgress?.(++done, set.images.length)
    }
  }
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, lane))
  return { bad, passing, checksums }
}
