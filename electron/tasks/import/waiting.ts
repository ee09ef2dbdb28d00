/** Images that could not be used, and whose files are others than were tried. */
import { isSameStamp, stampOf } from '../../../core/base/files/stamp.ts'
import { mayBeUsed, rememberFiles } from '../../../core/project/image-files.ts'
import { listImages, type ImageRow } from '../../../core/project/images.ts'
import type { Project } from '../../../core/project/project.ts'
import type { RunChild } from '../process/child.ts'
import { isFilesEvent } from '../process/file-events.ts'

/** Those of them that are worth another attempt. */
export function waitingFor(images: readonly ImageRow[]): ImageRow[] {
  return images.filter(image => {
    const stamp = mayBeUsed(image) ? stampOf(image.file) : null
    return stamp !== null && !isSameStamp(stamp, image.stamp)
  })
}

/** Lets a project's images come back whose files came, or became whole; starts a child process only where there are any. */
export async function bringBack(project: Project, splits: string[], child: RunChild): Promise<void> {
  const isAny = splits.some(split => waitingFor(listImages(project, { split, usable: false })).length > 0)
  if (!isAny) return
  await child<unknown>(
    'bring-back',
    { project: project.dir, splits },
    { onEvent: data => isFilesEvent(data) && rememberFiles(project, data.files) },
  )
}
