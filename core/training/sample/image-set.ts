/** The images of training and evaluation, as flat arrays shared between threads. */
import { fail } from '../../base/error.ts'
import type { Skipped } from '../../contract/skipped.ts'

/** What training needs to know of an image; rows of a project fit. */
export interface TrainingImage {
  key: string
  /** Absolute path. */
  file: string
  /** Pixels after EXIF orientation. */
  width: number
  height: number
  /** The given label, a class of the project. */
  label: number | null
  truth: readonly number[] | null
  /** SHA-256 of the file as it is now, in hexadecimal digits, where it is known. */
  sha256?: string | null
  /** Why it cannot be used, where that is known. */
  problem?: string | null
}

/** A list of images; `subset` lists those in use, everything else is indexed by position in `images`. */
export interface ImageSet {
  images: readonly TrainingImage[]
  /** Indices of the images in use. */
  subset: Int32Array
  /** [n, 2]: height, width. */
  sizes: Int32Array
  /** [n]: label, −1 for none. */
  labels: Int32Array
  /** [n]: 1 if the image turned out to be unusable. */
  bad: Uint8Array
  skipped: Skipped[]
}

/** An int32 array that worker threads can share. */
export function sharedInts(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * length))
}

/** A float32 array that worker threads can share. */
export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length))
}

/** Builds the set of a list; images for which `usable` gives a reason are left out of the subset and listed. */
export function imageSet(
  images: readonly TrainingImage[],
  unusable: (image: TrainingImage, index: number) => string | undefined = () => undefined,
): ImageSet {
  const sizes = sharedInts(2 * images.length)
  const labels = sharedInts(images.length)
  const bad = new Uint8Array(new SharedArrayBuffer(images.length))
  const skipped: Skipped[] = []
  const used: number[] = []
  images.forEach((image, i) => {
    sizes[2 * i] = image.height
    sizes[2 * i + 1] = image.width
    labels[i] = image.label ?? -1
    const reason =
      image.problem ??
      (image.width < 1 || image.height < 1 ? 'the size of the image is not known' : unusable(image, i))
    if (reason === undefined) used.push(i)
    else skipped.push({ key: image.key, reason })
  })
  const subset = sharedInts(used.length)
  subset.set(used)
  return { images, subset, sizes, labels, bad, skipped }
}

/** Leaves out further images of a set, with the reason. */
export function withoutImages(set: ImageSet, reasons: ReadonlyMap<number, string>): ImageSet {
  const kept = set.subset.filter(index => !reasons.has(index))
  const subset = sharedInts(kept.length)
  subset.set(kept)
  const more = [...reasons].map(([index, reason]) => ({ key: set.images[index]!.key, reason }))
  return { ...set, subset, skipped: [...set.skipped, ...more] }
}

/** Throws `bad-data` if nothing is left, with the first reasons. */
export function requireImages(set: ImageSet, what: string): void {
  if (set.subset.length > 0) return
  const reasons = set.skipped.slice(0, 3).map(({ key, reason }) => `${key}: ${reason}`)
  fail(
    'bad-data',
    set.images.length === 0
      ? `there are no images ${what}`
      : `none of the ${set.images.length} images ${what} can be used (${reasons.join('; ')})`,
    { skipped: set.skipped.slice(0, 100) },
  )
}
