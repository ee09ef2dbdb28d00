/** A hash of everything that determines the losses of a run: a checkpoint fits only if it is equal. */
import { createHash } from 'node:crypto'
import type { Recipe } from '../../contract/recipe.ts'
import type { OnnxModel } from '../../graph/model.ts'
import { encodeLayer } from '../../labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../../labelmap/corrections/index.ts'
import type { ImageSet } from '../sample/image-set.ts'

/** Options that affect speed, storage or measurements, but not what is learned. */
const harmless = new Set([
  'workers',
  'prefetch',
  'threads',
  'cache',
  'checkpoint',
  'validateEvery',
  'valSplit',
  'evaluation',
  'logEvery',
  'provider',
])

/** Everything that determines the losses. */
export interface Deciding {
  recipe: Recipe
  /** The student with its initial weights. */
  model: OnnxModel
  set: ImageSet
  /** [n]: the labels to train on. */
  labels: Int32Array
  annotation: string | null
  /** By image key; present if the supervision uses label maps. */
  corrections?: ReadonlyMap<string, CorrectionLayer> | undefined
}

/**
 * 32 hexadecimal digits over recipe, initial weights, images with labels, annotation, and the corrections of these images
 * (by key), if there are any; without them it is the same as before corrections existed.
 */
export function fingerprint(decides: Deciding): string {
  const { recipe, model, set, labels, annotation, corrections } = decides
  const hash = createHash('sha256')
  const options = Object.entries(recipe).filter(([key]) => !harmless.has(key))
  hash.update(JSON.stringify(options.sort(([a], [b]) => (a < b ? -1 : 1))))
  hash.update(JSON.stringify(annotation))
  for (const [name, tensor] of model.graph.initializers)
    hash.update(`${name}[${tensor.dims.join(',')}]`).update(tensor.raw)
  for (const index of set.subset) hash.update(`${JSON.stringify(set.images[index]!.key)}:${labels[index]};`)
  if (corrections)
    for (const index of set.subset) {
      const { key } = set.images[index]!
      const layer = corrections.get(key)
      if (layer) hash.update(`corrected ${JSON.stringify(key)}:`).update(encodeLayer(layer))
    }
  return hash.digest('hex').slice(0, 32)
}
