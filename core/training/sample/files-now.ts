/** Training and evaluation on files as they are now: what is another file than was imported takes no part. */
import { lookAtFiles, type Looked, type LookOptions } from '../../dataset/look.ts'
import type { ImageFile, KnownFile } from '../../project/image-files.ts'
import type { TrainingImage } from './image-set.ts'

const another =
  'the file is another one than was imported; make its label map again with "relabel annotate", or import its folder again'

/** The parts of a training image that its file decides. */
type OfFile = Pick<TrainingImage, 'width' | 'height' | 'sha256' | 'problem'>

/** Images with what a look at their files found. */
export interface FilesNow {
  /** By the image's id. */
  now: (image: KnownFile) => OfFile
  /** What to remember: files that were only touched, and images that can be used again. */
  found: ImageFile[]
}

/** One `stat` a file, a hash only where that differs from what is known. Rejects with `cancelled`. */
export async function filesNow<T extends KnownFile>(
  images: readonly T[],
  options: LookOptions<T>,
): Promise<FilesNow> {
  const looked = await lookAtFiles(images, options)
  return {
    now: image => ofFile(image, looked),
    found: [...looked.found.values()].filter(({ id }) => !looked.changed.has(id)),
  }
}

function ofFile(image: KnownFile, { found, changed, gone }: Looked): OfFile {
  const { width, height, sha256, problem } = found.get(image.id) ?? image
  if (gone.has(image.id)) return { width, height, sha256: null, problem: 'the file does not exist' }
  return { width, height, sha256, problem: changed.has(image.id) ? another : problem }
}
