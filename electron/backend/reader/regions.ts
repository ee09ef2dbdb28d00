/** The regions of many images of the current annotation, corrections applied; remembered until something changes. */
import { toWire } from '../../../core/base/wire-error.ts'
import type { ImageRegions } from '../../../core/contract/api/maps.ts'
import { classSpaceOf, mapOptions, shownMap, type ClassSpace } from '../../../core/labelmap/class-space.ts'
import { applyLayer } from '../../../core/labelmap/corrections/index.ts'
import type { LabelMapReader } from '../../../core/labelmap/files/index.ts'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import { outlineText } from '../../../core/labelmap/outline-text.ts'
import { planRegions, type RegionPlan } from '../../../core/labelmap/regions/index.ts'
import { classColour, type Rgb } from '../../../core/labelmap/colour.ts'
import { listClasses } from '../../../core/project/classes/list.ts'
import { resolveClass } from '../../../core/project/database/classes.ts'
import { correctionsVersion, layerOf } from '../../../core/project/corrections/store.ts'
import { getImage } from '../../../core/project/images.ts'
import { currentAnnotation } from '../../../core/project/overview.ts'
import type { Project } from '../../../core/project/project.ts'
import { readerOf } from './label-maps.ts'

/** What the plans of an annotation's images share. */
interface Ground {
  annotation: string
  reader: LabelMapReader
  space: ClassSpace
  sure: number | null
  /** The project's, and the colours that a person gave them, by number. */
  classes: Project['classes']
  classesVersion: number
  colours: ReadonlyMap<number, Rgb>
}

/** Remembered images; a thousand of them are a few megabytes. */
const most = 4000
/** By image: the answer, and what it was made of. Least recently used first. */
const remembered = new Map<number, { stamp: string; answer: ImageRegions }>()
let ground: Ground | null = null

async function groundOf(project: Project): Promise<Ground | null> {
  const current = currentAnnotation(project)
  if (!current) return null
  const reader = await readerOf(project, current.id)
  await reader.refresh() // a job may have written maps since
  const { classes, classesVersion } = project
  const { sure } = current
  const isKnown = ground?.annotation === current.id && ground.classesVersion === classesVersion
  if (ground && isKnown && ground.reader === reader) return (ground = { ...ground, sure })
  const { manifest } = reader
  const into = classes.map(one => one.into ?? one.index)
  const space = classSpaceOf(matchClasses(manifest.classes, classes), { fill: manifest.fill, into })
  const colours = coloursOf(project)
  return (ground = { annotation: current.id, reader, space, sure, classes, classesVersion, colours })
}

/** The colours that are not those of the classes' numbers. */
function coloursOf(project: Project): Map<number, Rgb> {
  const own = listClasses(project).filter(one => one.colour !== null)
  return new Map(own.map(one => [one.index, rgbOf(one.colour!)]))
}

const rgbOf = (hex: string): Rgb =>
  [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number]

/**
 * What is drawn of these images, in their order. An image that cannot be answered for says why; rejects only if there is
 * no current annotation, or its maps cannot be opened at all (`not-found`, `bad-label-map`, `disk`, `mismatch`).
 */
export async function regionsOfImages(
  project: Project,
  { images }: { images: readonly number[] },
): Promise<ImageRegions[]> {
  const here = await groundOf(project)
  return images.map(image => {
    try {
      if (!here) return nothing(image)
      return regionsOfImage(project, here, image)
    } catch (error) {
      const { code, message, detail } = toWire(error)
      return { ...nothing(image), problem: { code, message, detail } }
    }
  })
}

const nothing = (image: number): ImageRegions => ({
  image,
  height: 0,
  width: 0,
  regions: [],
  given: null,
  givenNowhere: false,
  others: 0,
  problem: null,
})

function regionsOfImage(project: Project, here: Ground, image: number): ImageRegions {
  const { annotation, reader, space, sure, classes, classesVersion, colours } = here
  const { key, label } = getImage(project, image)
  const place = { image, annotation }
  const { imageHash, bytes } = reader.info(key)
  const version = correctionsVersion(project, place)
  const stamp = [annotation, version, label, sure, imageHash, bytes, classesVersion].join()
  const known = remembered.get(image)
  remembered.delete(image)
  const answer = known?.stamp === stamp ? known.answer : planned()
  remembered.set(image, { stamp, answer })
  if (remembered.size > most) remembered.delete(remembered.keys().next().value!)
  return answer

  function planned(): ImageRegions {
    const layer = layerOf(project, place)
    const map = shownMap(applyLayer(reader.getSync(key), layer, mapOptions(space)), space)
    const given = label === null ? null : resolveClass({ classes }, label)
    const colourOf = (id: number): Rgb => colours.get(id) ?? classColour(id)
    const options = { classes: space.classes, fill: space.fill, given, sure, colourOf }
    return answerOf(image, planRegions(map, { ...options, corrected: layer.keys() }))
  }
}

function answerOf(image: number, plan: RegionPlan): ImageRegions {
  const { height, width, given, givenNowhere, others } = plan
  const regions = plan.regions.map(({ id, mean, cells, role, dashed, paths }) => ({
    class: id,
    share: Math.round(mean * 1e4) / 1e4,
    cells: cells.length,
    role,
    dashed,
    outline: outlineText(paths),
  }))
  return { image, height, width, regions, given, givenNowhere, others, problem: null }
}
