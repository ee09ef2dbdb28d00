/** What jobs tell of image files, for their parent to write into the project: only the parent writes the database. */
import type { ImageFile } from '../../../core/project/image-files.ts'
import type { JobContext } from './protocol.ts'

/** Files as they were found. */
export interface FilesEvent {
  type: 'files'
  files: ImageFile[]
  /** Images (ids) whose label map, of the annotation at work, is of an earlier file: measures of it say nothing any more. */
  outdated: number[]
}

/** Whether a job's event is one of these. */
export const isFilesEvent = (data: unknown): data is FilesEvent =>
  (data as { type?: unknown } | null)?.type === 'files'

const atOnce = 500

/** Tells of files in pieces. */
export function tellFiles(
  context: JobContext,
  files: readonly ImageFile[],
  outdated: readonly number[] = [],
): void {
  for (let at = 0; at < Math.max(files.length, outdated.length); at += atOnce)
    context.event({
      type: 'files',
      files: files.slice(at, at + atOnce),
      outdated: outdated.slice(at, at + atOnce),
    } satisfies FilesEvent)
}

/** Collects files while the work goes on. */
export function fileNotes(context: JobContext): { add(file: ImageFile): void; flush(): void } {
  let files: ImageFile[] = []
  const flush = (): void => {
    tellFiles(context, files)
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
