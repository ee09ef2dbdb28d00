/** Refuses edits of cells or classes that a label map does not have, before they are saved. */
import { fail } from '../../core/base/error.ts'
import type { Edit } from '../../core/contract/api/corrections.ts'
import { getImage } from '../../core/project/images.ts'
import type { OpenProject } from './session.ts'

interface Extent {
  cells: number
  classes: number
}

/** Known for the images that were opened last: a save must not wait behind a long query. */
const known = new WeakMap<OpenProject, Map<string, Extent>>()
const most = 1000

/** Looks an image's map up, so that a later check has it at hand. */
export async function extentOf(
  opened: OpenProject,
  image: number,
  annotation: string,
): Promise<Extent | null> {
  const extents = known.get(opened) ?? new Map<string, Extent>()
  known.set(opened, extents)
  const name = `${annotation} ${image}`
  const found = extents.get(name)
  if (found) return found
  const { key } = getImage(opened.project, image)
  const extent = await opened.reader.ask('quick', 'extent', { annotation, key }).catch(() => null)
  if (!extent) return null // no map, or one that cannot be read: training leaves the image out anyway
  if (extents.size >= most) extents.delete(extents.keys().next().value!)
  extents.set(name, extent)
  return extent
}

/** Fails with `mismatch`, naming the first cell or class that the map does not have. */
export async function checkEditFits(
  opened: OpenProject,
  step: { image: number; annotation: string; edit: Edit },
): Promise<void> {
  const extent = await extentOf(opened, step.image, step.annotation)
  if (!extent) return
  const wrong = step.edit.changes.find(
    change => change.cell >= extent.cells || change.class >= extent.classes,
  )
  if (wrong)
    fail(
      'mismatch',
      `the edit changes class ${wrong.class} in cell ${wrong.cell}, but the label map has ${extent.cells} cells and ` +
        `${extent.classes} classes; open the image again`,
      { cell: wrong.cell, class: wrong.class, ...extent },
    )
}
