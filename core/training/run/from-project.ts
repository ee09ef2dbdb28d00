/** Loads the images and the annotation for training from a project's snapshot. */
import { fail } from '../../base/error.ts'
import { openLabelMaps } from '../../labelmap/files/index.ts'
import { matchClasses, type NamedClass } from '../../labelmap/match-classes.ts'
import { getAnnotation } from '../../project/annotations.ts'
import { iterateImages, listSplits } from '../../project/images.ts'
import type { Project } from '../../project/project.ts'
import type { ImageFile, KnownFile } from '../../project/image-files.ts'
import type { Snapshot } from '../../project/snapshots.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { needsAnnotation } from '../../contract/supervision.ts'
import type { TrainingImage } from '../sample/image-set.ts'
import type { AnnotationInput } from './annotation.ts'
import { filesNow } from '../sample/files-now.ts'

/** The splits that a recipe names; the default validation split may be missing, a named one may not. */
export function splitsOf(project: Project, recipe: Recipe): { train: string; val: string | null } {
  const names = listSplits(project).map(split => split.name)
  for (const name of [recipe.trainSplit, recipe.valSplit])
    if (name !== null && !names.includes(name) && !(name === 'val' && name === recipe.valSplit))
      fail('not-found', `the project has no split "${name}"; it has ${names.join(', ') || 'none'}`)
  const val = recipe.valSplit !== null && names.includes(recipe.valSplit) ? recipe.valSplit : null
  return { train: recipe.trainSplit, val }
}

/** Whether a run with this recipe uses an annotation. */
export function wantsAnnotation(recipe: Recipe): boolean {
  return needsAnnotation(recipe.supervision) || recipe.classSpace === 'annotator'
}

/** The images of a snapshot, and what is to be remembered of their files. */
export interface SnapshotImages {
  bySplit: Map<string, TrainingImage[]>
  files: ImageFile[]
}

/**
 * The images of a snapshot by split, with the labels of then and the files of now; those that are other files now have a
 * `problem`. `maps`: whether their label maps are looked at too. Rejects with `cancelled`.
 */
export async function snapshotImages(
  project: Project,
  snapshot: Pick<Snapshot, 'id' | 'images' | 'splits'>,
  options: { maps: boolean; signal?: AbortSignal | undefined },
): Promise<SnapshotImages> {
  // Only what is needed of each row: there may be millions.
  const rows = new Map<string, KnownFile & { split: string }>()
  for (const split of snapshot.splits)
    for (const row of iterateImages(project, { split })) {
      const { key, id, file, width, height, stamp, sha256, problem } = row
      rows.set(key, { split, id, file, width, height, stamp, sha256, problem })
    }
  const used = snapshot.images.map(
    ({ key }) =>
      rows.get(key) ??
      fail('bad-project', `the image ${key} of snapshot ${snapshot.id} is no longer in the project`),
  )
  const { now, found } = await filesNow(used, { isUsed: () => options.maps, signal: options.signal })
  const bySplit = new Map<string, TrainingImage[]>(snapshot.splits.map(split => [split, []]))
  for (const [i, { key, label, truth }] of snapshot.images.entries()) {
    const row = used[i]!
    bySplit.get(row.split)!.push({ key, file: row.file, label, truth, ...now(row) })
  }
  return { bySplit, files: found }
}

/**
 * An annotation for training, with the corrections and the classes of a snapshot (default: the project's, as they are). Rejects with `not-found`, `usage` if it is not
 * finished, `mismatch` of classes.
 */
export async function annotationInput(
  project: Project,
  id: string,
  of: { corrections?: AnnotationInput['corrections']; classes?: readonly NamedClass[] } = {},
): Promise<AnnotationInput> {
  const row = getAnnotation(project, id)
  if (row.status !== 'done')
    fail('usage', `annotation ${id} is not finished; run "relabel annotate" again to go on with it`)
  const reader = await openLabelMaps(row.dir)
  const { manifest } = reader
  await reader.close()
  return {
    id,
    dir: row.dir,
    fill: manifest.fill,
    annotator: manifest.annotator,
    classMap: matchClasses(manifest.classes, of.classes ?? project.classes),
    classes: manifest.classes.map(one => one.name),
    into: project.classes.map((one, p) => one.into ?? p),
    mean: manifest.preprocessing.mean,
    std: manifest.preprocessing.std,
    corrections: of.corrections,
  }
}
