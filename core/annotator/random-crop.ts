/** Random-resized crops for measuring what a stored map keeps: area (.08, 1), aspect 3/4 to 4/3, as training draws them. */
import type { Random } from '../base/random.ts'
import type { Crop, ImageSize } from '../pooling/crop.ts'

/** One crop; after ten tries that do not fit, the largest centred one of an allowed aspect. */
export function drawCrop(image: ImageSize, draw: Random): Crop {
  const { width: W, height: H } = image
  for (let tries = 0; tries < 10; tries++) {
    const area = W * H * draw.uniform(0.08, 1)
    const aspect = Math.exp(draw.uniform(Math.log(3 / 4), Math.log(4 / 3)))
    const width = Math.round(Math.sqrt(area * aspect))
    const height = Math.round(Math.sqrt(area / aspect))
    if (width < 1 || height < 1 || width > W || height > H) continue
    return { top: draw.int(H - height + 1), left: draw.int(W - width + 1), height, width }
  }
  const width = Math.max(1, Math.min(W, Math.floor((H * 4) / 3)))
  const height = Math.max(1, Math.min(H, Math.floor((W * 4) / 3)))
  return { top: Math.floor((H - height) / 2), left: Math.floor((W - width) / 2), height, width }
}
