/** What the annotate job tells of image files, for its parent to write into the project. */
import type { ImageFile } from '../../../core/project/image-files.ts'
import type { JobContext } from '../process/protocol.ts'

/** Told before the work, and while it goes on. */
export interface FilesEvent {
  type: 'files'
  files: ImageFile[]
  /** Images (ids) whose label map is of an earlier file: measures of it say nothing any more. */
  outdated: number[]
}

const atOnce = 500

/** Tells of files in pieces. */
export function tellFiles(
  context: JobContext,
  files: readonly ImageFile[],
  outdated: Iterable<number>,
): void {
  const ids = [...outdated]
  for (let at = 0; at < files.length || at < ids.length; at += atOnce)
    context.event({
      type: 'files',
      files: files.slice(at, at + atOnce),
      outdated: ids.slice(at, at + atOnce),
    } satisfies FilesEvent)
}

/** Collects files while the work goes on. */
export function fileNotes(context: JobContext): { add(file: ImageFile): void; flush(): void } {
  let files: ImageFile[] = []
  const flush = (): void => {
    tellFiles(context, files, [])
    files = []
  }
  return {
    add(file) {
      files.push(file)
      if (files.length >= atOnce) flush()
    },
    flush,
  }
}
