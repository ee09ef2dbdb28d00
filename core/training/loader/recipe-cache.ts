/** The pixel cache of a recipe: its side and its budgets. */
import type { Recipe } from '../../contract/recipe.ts'
import { needs } from '../../contract/supervision.ts'
import { evalResize } from '../recipe/recipe.ts'
import { withoutImages } from '../sample/image-set.ts'
import type { ImageSet } from '../sample/image-set.ts'
import { openCache } from './cache.ts'
import type { Cached } from './cache.ts'

/** Side of the crops that the annotator sees in training, pixels; 0 if it does not see any. */
export function annotatorSide(recipe: Recipe): number {
  return needs(recipe.supervision, 'answers') ? (recipe.distill.size ?? recipe.size) : 0
}

/** Shorter side of cached images, pixels. */
function cacheSide(recipe: Recipe): number {
  const wanted = Math.max(recipe.size, annotatorSide(recipe))
  return recipe.cache.side ?? Math.max(2 * wanted, evalResize(recipe))
}

/** Caches the pixels of a set and leaves out the images that cannot be decoded. */
export async function cachePixels(
  set: ImageSet,
  input: {
    recipe: Recipe
    /** Folder of pixel caches. */
    cacheDir: string
    onProgress?: ((what: 'cache', done: number, total: number) => void) | undefined
    signal?: AbortSignal | undefined
  },
): Promise<{ set: ImageSet; cached: Cached }> {
  const { diskMb, memoryMb } = input.recipe.cache
  const cached = await openCache(set, {
    dir: input.cacheDir,
    diskMb,
    memoryMb,
    side: cacheSide(input.recipe),
    signal: input.signal,
    onProgress: (done, total) => input.onProgress?.('cache', done, total),
  })
  const used = new Set(set.subset)
  const bad = new Map([...cached.bad].filter(([index]) => used.has(index)))
  return { set: withoutImages(set, bad), cached }
}
