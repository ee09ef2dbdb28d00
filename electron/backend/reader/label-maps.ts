/** Encodes label maps as bytes for the page, with readers that stay open. */
import { openLabelMaps, type LabelMapReader } from '../../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { getAnnotation, listAnnotations } from '../../../core/project/annotations.ts'
import { measureImages } from '../../../core/project/browse/measure-images.ts'
import type { MeasuresRow } from '../../../core/project/browse/measures.ts'
import type { UnmeasuredImage } from '../../../core/project/browse/unmeasured.ts'
import type { MapExtent } from '../../../core/project/corrections/fit.ts'
import type { Project } from '../../../core/project/project.ts'

const open = new Map<string, Promise<LabelMapReader>>()

/**
 * u32 K, H, W and bytes per id; `[K, H, W]` ids; padding to a multiple of four; `[K, H, W]` float32 logits.
 * Little-endian.
 */
function packLabelMap(map: LabelMap): ArrayBuffer {
  const [k, h, w] = map.shape
  const width = map.ids.BYTES_PER_ELEMENT
  const idBytes = Math.ceil((map.ids.length * width) / 4) * 4
  const buffer = new ArrayBuffer(16 + idBytes + map.logits.length * 4)
  new Uint32Array(buffer, 0, 4).set([k, h, w, width])
  const ids = width === 2 ? Uint16Array : Uint32Array
  new ids(buffer, 16, map.ids.length).set(map.ids)
  new Float32Array(buffer, 16 + idBytes).set(map.logits)
  return buffer
}

/** An annotation's reader; a failed attempt is not kept. */
export function readerOf(project: Project, annotation: string): Promise<LabelMapReader> {
  const known = open.get(annotation)
  if (known) return known
  const opening = Promise.resolve().then(() => openLabelMaps(getAnnotation(project, annotation).dir))
  open.set(annotation, opening)
  opening.catch(() => open.delete(annotation))
  return opening
}

/** The machine's map of an image. Rejects with `not-found`, `bad-label-map`, `disk`. */
export async function labelMapBytes(project: Project, annotation: string, key: string): Promise<ArrayBuffer> {
  const reader = await readerOf(project, annotation)
  await reader.refresh() // a job may have written it since, or another one in its place
  return packLabelMap(reader.getSync(key))
}

/** The annotations that have a map of an image, except those whose folder cannot be read. */
export async function annotationsWithMap(project: Project, key: string): Promise<string[]> {
  const found: string[] = []
  for (const { id } of listAnnotations(project))
    try {
      const reader = await readerOf(project, id)
      await reader.refresh()
      if (reader.has(key)) found.push(id)
    } catch {
      // A request for its map reports why.
    }
  return found
}

/** Cells and annotator classes of an image's map; null if there is none. */
export async function mapExtent(
  project: Project,
  annotation: string,
  key: string,
): Promise<MapExtent | null> {
  const reader = await readerOf(project, annotation)
  await reader.refresh()
  if (!reader.has(key)) return null
  const [, h, w] = reader.getSync(key).shape
  return { cells: h * w, classes: reader.manifest.classes.length }
}

/** Measures of some images' maps; without those that have none that can be read. */
export async function measuresOf(
  project: Project,
  annotation: string,
  images: readonly UnmeasuredImage[],
): Promise<MeasuresRow[]> {
  const reader = await readerOf(project, annotation)
  await reader.refresh()
  return measureImages(project, reader, images)
}

export interface LabelMapTotals {
  records: number
  bytes: number
  manifest: LabelMapReader['manifest']
}

/** Provenance of an annotation, its records and their bytes so far. */
export async function labelMapTotals(project: Project, annotation: string): Promise<LabelMapTotals> {
  const reader = await readerOf(project, annotation)
  await reader.refresh()
  return { records: reader.count, bytes: reader.bytes, manifest: reader.manifest }
}
