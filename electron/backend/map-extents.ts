/**
 * Caches the number of cells and classes of recently opened label maps, so that a save does not wait for a long query.
 */
import type { MapExtent } from '../../core/project/corrections/fit.ts'
import { getImage } from '../../core/project/images.ts'
import type { OpenProject } from './session.ts'

const known = new WeakMap<OpenProject, Map<string, MapExtent>>()
const most = 1000

/** Looks up an image's map; null: there is no map, or it cannot be read, and training leaves the image out anyway. */
export async function extentOf(
  opened: OpenProject,
  image: number,
  annotation: string,
): Promise<MapExtent | null> {
  const extents = known.get(opened) ?? new Map<string, MapExtent>()
  known.set(opened, extents)
  const name = `${annotation} ${image}`
  const found = extents.get(name)
  // Corrections may also set the classes of the project, of which there may be more by now.
  const withOwn = (extent: MapExtent): MapExtent => ({
    cells: extent.cells,
    classes: extent.classes + opened.project.classes.length,
  })
  if (found) return withOwn(found)
  const { key } = getImage(opened.project, image)
  const extent = await opened.reader.ask('quick', 'extent', { annotation, key }).catch(() => null)
  if (!extent) return null
  if (extents.size >= most) extents.delete(extents.keys().next().value!)
  extents.set(name, extent)
  return withOwn(extent)
}
