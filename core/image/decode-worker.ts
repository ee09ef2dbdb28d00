/** The thread of a decode pool. */
import { decodeImage } from './decode.ts'
import type { DecodedImage, DecodeTask } from './pool.ts'
import { serve } from './serve.ts'

serve<DecodeTask, DecodedImage>(
  async ({ file, options }) => {
    const image = await decodeImage(file, options)
    // libvips owns the memory of `data`, so it cannot be handed over; a copy of it can.
    return { ...image, data: new Uint8Array(image.data) }
  },
  image => [image.data.buffer as ArrayBuffer],
)
