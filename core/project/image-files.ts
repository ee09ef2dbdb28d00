/** What the files of images turned out to be, written behind the rows that were read earlier. */
import { changed } from './browse/browse-state.ts'
import { transaction } from './database/connection.ts'
import type { Project } from './database/handle.ts'
import type { ImageRow } from './images.ts'

/** An image's file as it was found, and what that means for the image. */
export type ImageFile = Pick<ImageRow, 'id' | 'stamp' | 'sha256' | 'width' | 'height' | 'problem'>

/** What there is to compare an image's file with. */
export type KnownFile = ImageFile & Pick<ImageRow, 'file'>

/** Whether the image can be used, or could be if its file were another one. */
export const mayBeUsed = ({ problem, label }: Pick<ImageRow, 'problem' | 'label'>): boolean =>
  problem === null || label !== null

/** Stores what was found, in one transaction; images that are not there any more are passed over. Give some thousand a call. */
export function rememberFiles(project: Project, files: readonly ImageFile[]): void {
  if (files.length === 0) return
  transaction(project.db, () => {
    const update = project.db.prepare(
      `UPDATE images SET size = ?, modified = ?, sha256 = unhex(?), width = ?, height = ?, problem = ? WHERE id = ?`,
    )
    for (const { id, stamp, sha256, width, height, problem } of files)
      update.run(stamp?.size ?? null, stamp?.modified ?? null, sha256, width, height, problem, id)
    changed(project.db)
  })
}
