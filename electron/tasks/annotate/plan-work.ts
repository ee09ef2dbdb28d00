/** What an annotation has left to do: new images, images that came back, and images that are other ones now. */
import { keptEntry, type SkippedImage } from '../../../core/annotator/skipped.ts'
import { lookAtFiles, type Looked } from '../../../core/dataset/look.ts'
import type { LabelMapWriter } from '../../../core/labelmap/files/index.ts'
import { mayBeUsed } from '../../../core/project/image-files.ts'
import { listImages, type ImageRow } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'

/** The images of a split, and which of them an earlier job does not spare. */
export interface WorkPlan {
  /** Those that can be used, as they are now, and those that could be. */
  images: ImageRow[]
  byKey: ReadonlyMap<string, ImageRow>
  /** What to remember of files. */
  found: Looked['found']
  /** Images (ids) whose label map is of an earlier file. */
  outdated: Set<number>
  /** See `openSkipped`. */
  keepSkipped: (entry: SkippedImage) => Promise<SkippedImage | undefined>
  /** Images taken off the list of those left out so far. */
  triedAgain: () => number
}

/** All images of the split that can be used, or could be if their files were others. */
export function rowsOf(config: { project: string; split: string }): ImageRow[] {
  const project = openProject(config.project, { readonly: true })
  try {
    return listImages(project, { split: config.split }).filter(mayBeUsed)
  } finally {
    project.close()
  }
}

/** Hashes that other programs wrote may be of another kind; they say nothing. */
const isSha256 = (hash: string | null | undefined): hash is string => /^[0-9a-f]{64}$/.test(hash ?? '')

/** Those that can be used now, and as they were those that no longer can: trying them tells why they are left out. */
function imagesToTry(rows: readonly ImageRow[], { found }: Looked): ImageRow[] {
  return rows
    .map(row => {
      const now = { ...row, ...found.get(row.id) }
      return now.problem === null ? now : row
    })
    .filter(image => image.problem === null)
}

/** Compares the files with the project and with the label maps there are. Rejects with `cancelled`. */
export async function planWork(
  rows: readonly ImageRow[],
  writer: Pick<LabelMapWriter, 'has' | 'imageHash'>,
  signal: AbortSignal,
): Promise<WorkPlan> {
  const looked = await lookAtFiles(rows, { isUsed: ({ key }) => isSha256(writer.imageHash(key)), signal })
  const images = imagesToTry(rows, looked)
  const outdated = new Set<number>()
  for (const { id, key, sha256 } of images) {
    const hash = writer.imageHash(key)
    if (isSha256(hash) && sha256 !== null && hash !== sha256 && !looked.gone.has(id)) outdated.add(id)
  }
  const byKey = new Map(images.map(image => [image.key, image]))
  let triedAgain = 0
  return {
    images,
    byKey,
    found: looked.found,
    outdated,
    triedAgain: () => triedAgain,
    async keepSkipped(entry) {
      const image = byKey.get(entry.key)
      if (!image) return entry
      if (writer.has(entry.key) && !outdated.has(image.id)) return undefined // a map was made of it after all
      const kept = await keptEntry(entry, image.file)
      if (!kept) triedAgain++
      return kept
    },
  }
}
