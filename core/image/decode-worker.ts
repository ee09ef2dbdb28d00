/** The thread of a decode pool. */
import { decodeImage } from './decode.ts'
import type { DecodedImage, DecodeTask } from './pool.ts'
import { serve } from './serve.ts'

serve<DecodeTask, DecodedImage>(
  async ({ file, options }) => {
    const image = await decodeImage(file, options)
    // A small result may lie in a pool of Node's; only a buffer of its own can be handed over.
    const whole = image.data.byteLength === image.data.buffer.byteLength
    return whole ? image : { ...image, data: image.data.slice() }
  },
  image => [image.data.buffer as ArrayBuffer],
)
