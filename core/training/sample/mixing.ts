/** CutMix and mixup on a batch: partner, box and share. */
import { random } from '../../base/random.ts'
import type { Random } from '../../base/random.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { cutmixBox } from '../../pooling/cutmix.ts'
import type { CutmixBox } from '../../pooling/cutmix.ts'

/** How a batch is mixed: sample b with sample `partner[b]`, of which the share 1 − `lambda` is taken. */
export interface Mixing {
  kind: 'cutmix' | 'mixup'
  lambda: number
  partner: Int32Array
  /** CutMix only. */
  box: CutmixBox | undefined
}

/** Stream of a batch's mixing; no image has a negative index. */
const stream = -2

/** A random permutation of a batch as partners. */
function partners(batch: number, draw: Random): Int32Array {
  return draw.shuffle(Int32Array.from({ length: batch }, (_, i) => i))
}

/**
 * Draws how batch `index` of `epoch` is mixed, or undefined: CutMix with its probability, else mixup with its own. λ ~
 * Beta(β, β), one box per batch as published, λ corrected to the clipped box.
 */
export function drawMixing(
  recipe: Pick<Recipe, 'cutmix' | 'mixup' | 'epochs' | 'seed' | 'size' | 'batch'>,
  epoch: number,
  index: number,
): Mixing | undefined {
  const draw = random(recipe.seed, epoch, stream, index)
  const on = (kind: 'cutmix' | 'mixup'): boolean => {
    const hit = draw.next() < recipe[kind].probability
    return hit && epoch < recipe.epochs - recipe[kind].offLast
  }
  if (on('cutmix')) {
    const { size } = recipe
    const lambda = draw.beta(recipe.cutmix.beta, recipe.cutmix.beta)
    const center = { y: draw.int(size), x: draw.int(size) }
    const box = cutmixBox({ height: size, width: size }, lambda, center)
    return { kind: 'cutmix', lambda: box.lambda, partner: partners(recipe.batch, draw), box }
  }
  if (on('mixup')) {
    const lambda = draw.beta(recipe.mixup.beta, recipe.mixup.beta)
    return { kind: 'mixup', lambda, partner: partners(recipe.batch, draw), box: undefined }
  }
  return undefined
}

/** Mixes images [batch, 3, size, size] in place; `copy` is working memory of the same length. */
export function mixImages(images: Float32Array, copy: Float32Array, size: number, mixing: Mixing): void {
  copy.set(images)
  const plane = size * size
  const sample = 3 * plane
  mixing.partner.forEach((other, b) => {
    if (other === b) return
    const to = b * sample
    const from = other * sample
    if (mixing.box) {
      const { top, bottom, left, right } = mixing.box
      for (let c = 0; c < 3; c++)
        for (let y = top; y < bottom; y++) {
          const line = c * plane + y * size
          images.set(copy.subarray(from + line + left, from + line + right), to + line + left)
        }
    } else {
      const { lambda } = mixing
      for (let i = 0; i < sample; i++)
        images[to + i] = lambda * copy[to + i]! + (1 - lambda) * copy[from + i]!
    }
  })
}

/** Mixes targets [batch, classes] in place by the same partners and λ; `copy` is working memory of the same length. */
export function mixBatchTargets(
  targets: Float32Array,
  copy: Float32Array,
  classes: number,
  mixing: Pick<Mixing, 'partner' | 'lambda'>,
): void {
  copy.set(targets)
  const { lambda } = mixing
  mixing.partner.forEach((other, b) => {
    if (other === b) return
    const to = b * classes
    const from = other * classes
    for (let c = 0; c < classes; c++)
      targets[to + c] = lambda * copy[to + c]! + (1 - lambda) * copy[from + c]!
  })
}
