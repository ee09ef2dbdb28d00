/** What an image file's header says, or why it cannot be used, with the stamp of the very file that was looked at. */
import { stampOf } from '../base/files/stamp.ts'
import { probeImage } from '../image/decode.ts'
import { isPassing, reasonOf } from '../image/image-error.ts'
import type { ImageRow } from '../project/images.ts'

/** The parts of an image that its file decides. A file that was out of reach has no stamp: nothing was seen of it. */
export type ProbedFile = Pick<ImageRow, 'width' | 'height' | 'problem' | 'stamp'>

/** Looks at a file's header; never rejects. */
export async function probeFile(file: string): Promise<ProbedFile> {
  const first = await attempt(file)
  if (first.found) return first.found
  // Once more, with a stamp from before: the file of a copy under way may be whole by now.
  const stamp = stampOf(file)
  const second = await attempt(file)
  if (second.found) return second.found
  const problem = reasonOf(second.error)
  return { width: 0, height: 0, problem, stamp: isPassing(second.error) ? null : stamp }
}

async function attempt(file: string): Promise<{ found?: ProbedFile; error?: unknown }> {
  try {
    const { width, height, stamp } = await probeImage(file)
    return { found: { width, height, problem: null, stamp } }
  } catch (error) {
    return { error }
  }
}
