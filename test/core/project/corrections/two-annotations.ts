/** A project whose images were annotated by two annotators of different classes and grids, with corrections of the first. */
import { join } from 'node:path'
import type { Edit, Operation } from '../../../../core/contract/api/corrections.ts'
import type { Manifest } from '../../../../core/contract/manifest.ts'
import { classSpaceOf, foreignBase, type ClassSpace } from '../../../../core/labelmap/class-space.ts'
import { layerFromList, planChanges } from '../../../../core/labelmap/corrections/index.ts'
import { createLabelMapWriter } from '../../../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { matchClasses } from '../../../../core/labelmap/match-classes.ts'
import { addAnnotation, updateAnnotation } from '../../../../core/project/annotations.ts'
import { applyEdit, getCorrections } from '../../../../core/project/corrections/store.ts'
import { addImages, addSplit, listImages } from '../../../../core/project/images.ts'
import { createProject, type Project } from '../../../../core/project/project.ts'
import { uniformMap } from '../../pooling/maps.ts'

const listed = (names: string[]) => names.map((name, index) => ({ index, name }))
const projectClasses = listed(['cat', 'dog', 'owl', 'fox'])
const annotators = [listed(['cat', 'dog', 'ghost']), listed(['fox', 'dog', 'yeti', 'cat'])]

function manifestOf(classes: Manifest['classes'], fill: number): Manifest {
  return {
    format: 'relabel-label-maps',
    version: 1,
    logits: 'fp16',
    topK: 2,
    fill,
    annotator: { file: 'model.onnx', sha256: '0'.repeat(64), surgery: null },
    preprocessing: { resize: 'squash', height: 80, width: 80, mean: [0, 0, 0], std: [1, 1, 1] },
    classes,
    program: '0.0.0',
    created: '2025-01-01T00:00:00.000Z',
  }
}

/** The first lists cat and ghost in 2 × 2 cells, the second fox and yeti in 4 × 4. */
const maps: readonly LabelMap[] = [uniformMap([0, 2], [6, 2], 2, 2), uniformMap([0, 2], [7, 3], 4, 4)]
const spaces: readonly ClassSpace[] = annotators.map((classes, i) =>
  classSpaceOf(matchClasses(classes, projectClasses), { fill: i === 0 ? 0 : -1 }),
)

/** Images `a` to `d`; `c` has no map of `a2`. Ids by letter. */
export async function twoAnnotations(
  dir: string,
): Promise<{ project: Project; images: Record<string, number> }> {
  const project = createProject(join(dir, 'p'), { classes: projectClasses })
  addSplit(project, 'train', '/data/train')
  const letters = ['a', 'b', 'c', 'd']
  addImages(
    project,
    'train',
    letters.map(name => ({ path: `${name}.png`, label: 0, width: 80, height: 80 })),
  )
  for (const [i, classes] of annotators.entries()) {
    const { id, dir: folder } = addAnnotation(project, { config: {} })
    const manifest = manifestOf(classes, i === 0 ? 0 : -1)
    const writer = await createLabelMapWriter(folder, { manifest, logits: 'fp16' })
    for (const name of letters)
      if (i === 0 || name !== 'c') await writer.append(`train/${name}.png`, maps[i]!)
    await writer.finish()
    updateAnnotation(project, id, { status: 'done' })
  }
  const images = Object.fromEntries(listImages(project).map(({ path, id }) => [path.replace('.png', ''), id]))
  return { project, images }
}

const blank = { class: null, to: null, amount: null, what: null, ids: 'shown' as const }
export const dogOfNine: Operation = { ...blank, kind: 'label', class: 1, amount: 0.9 }
/** A class that only the first annotator has. */
export const notGhost: Operation = { ...blank, kind: 'not', class: foreignBase + 2 }

/** Saves an edit of one annotation, a1 or a2, as the page does. */
export function correct(
  project: Project,
  { image, annotation, id }: { image: number; annotation: 'a1' | 'a2'; id: string },
  operation: Operation,
  cells: readonly number[],
): Edit {
  const at = annotation === 'a1' ? 0 : 1
  const place = { image, annotation }
  const { version, layer } = getCorrections(project, place)
  const space = spaces[at]!
  const changes = planChanges(maps[at]!, layerFromList(layer), cells, operation, {
    edit: id,
    fill: space.fill,
    space,
  })
  const created = '2026-01-02T03:04:05.000Z'
  const edit: Edit = { id, author: 'Ada', created, tool: 'brush', operation, changes }
  applyEdit(project, { ...place, version, edit, extent: null })
  return edit
}
