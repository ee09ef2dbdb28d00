/** Whether images are still the files that the project knows: by their stamps, and only where these differ by their bytes. */
import { fail } from '../base/error.ts'
import { hashFile, isSameStamp, stampOf } from '../base/files/stamp.ts'
import type { ImageFile, KnownFile } from '../project/image-files.ts'
import { probeFile } from './probe-file.ts'

/** What a look at files found; everything is by the images' ids. */
export interface Looked {
  /** What to remember: of files with another stamp, of those that were never hashed, and of images that can be used again. */
  found: Map<number, ImageFile>
  /** Images whose file has other bytes than the project knows. */
  changed: Set<number>
  /** Images without a file. */
  gone: Set<number>
}

/** How to look. */
export interface LookOptions<T extends KnownFile> {
  /** Whether something was made of this image's file (a label map) that its hash is to be compared with. */
  isUsed?: (image: T) => boolean
  signal?: AbortSignal | undefined
}

/** Files read at the same time. */
const lanes = 8
/** Files looked at before others get their turn. */
const atOnce = 4096

/**
 * Compares files with what the project knows of them: one `stat` a file, and a hash only where that differs from what is
 * known. An image that could not be used is tried again where its file is there and is another one than was tried. Rejects
 * with `cancelled`.
 */
export async function lookAtFiles<T extends KnownFile>(
  images: readonly T[],
  options: LookOptions<T> = {},
): Promise<Looked> {
  const looked: Looked = { found: new Map(), changed: new Set(), gone: new Set() }
  const others: T[] = []
  for (const [i, image] of images.entries()) {
    if (i % atOnce === 0) await letOthers(options.signal)
    const stamp = stampOf(image.file)
    if (!stamp) looked.gone.add(image.id)
    else if (!isSameStamp(stamp, image.stamp)) others.push(image)
  }
  let next = 0
  const lane = async (): Promise<void> => {
    for (let image = others[next++]; image; image = others[next++]) {
      await letOthers(options.signal)
      await (image.problem === null ? compare(image, looked, options) : tryAgain(image, looked))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return looked
}

async function letOthers(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
  if (signal?.aborted) fail('cancelled', 'stopped while the image files were compared with the project')
}

async function compare<T extends KnownFile>(
  image: T,
  looked: Looked,
  { isUsed }: LookOptions<T>,
): Promise<void> {
  const { id, file, sha256, width, height } = image
  // Of a project of an earlier version nothing is known that could differ.
  if (image.stamp === null && sha256 === null && !isUsed?.(image)) return
  const hashed = await hashFile(file)
  if (!hashed) return // out of reach, or written at this moment: whoever reads it will say so
  const isOther =
    sha256 === null
      ? image.stamp !== null && image.stamp.size !== hashed.stamp.size
      : sha256 !== hashed.sha256
  if (isOther) looked.changed.add(id)
  const isProbed = sha256 !== hashed.sha256 && image.stamp !== null
  const probed = isProbed ? await probeFile(file) : { width, height, problem: null }
  looked.found.set(id, { id, ...probed, ...hashed })
}

async function tryAgain({ id, file }: KnownFile, looked: Looked): Promise<void> {
  const probed = await probeFile(file)
  const hashed = probed.problem === null ? await hashFile(file) : null
  if (probed.problem !== null || hashed) looked.found.set(id, { id, sha256: null, ...probed, ...hashed })
}
