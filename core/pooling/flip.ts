/** Horizontal flips: after the crop they leave a target as it is; before it, map and crop are mirrored together. */
import type { LabelMap } from '../labelmap/label-map.ts'
import type { Crop, ImageSize } from './crop.ts'

/**
 * The map of the mirrored image. A pooled target forgets where in the crop a class was, hence
 * `pool(flipLabelMap(map), flipCrop(crop)) = pool(map, crop)`: flipping a crop needs no work on its target.
 */
export function flipLabelMap(map: LabelMap): LabelMap {
  const [K, H, W] = map.shape
  const ids = map.ids.slice()
  const logits = map.logits.slice()
  for (let row = 0; row < K * H; row++) {
    ids.subarray(row * W, (row + 1) * W).reverse()
    logits.subarray(row * W, (row + 1) * W).reverse()
  }
  return { shape: [K, H, W], ids, logits }
}

/** The same crop in the mirrored image. */
export function flipCrop(crop: Crop, image: ImageSize): Crop {
  return { ...crop, left: image.width - crop.left - crop.width }
}
