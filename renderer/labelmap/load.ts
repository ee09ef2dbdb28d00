/** Loads an image with its label map, and caches the last few so that navigation is instant. */
import type { CallOutput } from '../../core/contract/api/index.ts'
import { displayUrl, mapUrl } from '../../core/contract/api/urls.ts'
import { classMapOf } from '../../core/labelmap/class-map.ts'
import { classSpaceOf, foreignBase, type ClassSpace } from '../../core/labelmap/class-space.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { api } from '../api/client.ts'
import { ApiError, toApiError } from '../api/error.ts'
import { readMapBytes } from './map-bytes.ts'
import { createTargeter, type Targeter } from './targets.ts'

/** The data for reading an annotation's maps. */
export interface AnnotationGround {
  id: string
  /** Number of the annotator's classes. */
  classes: number
  fill: number
  /** How the maps' classes are shown: what is displayed, picked and painted is in shown classes. */
  space: ClassSpace
  /** Shown classes that the project does not have. */
  foreign: readonly number[]
  targeter: Targeter
  created: string
  file: string
}

export async function loadAnnotation(id: string): Promise<AnnotationGround> {
  const [{ manifest, classMap, merged }, classes] = await Promise.all([
    api('annotations.get', { id }),
    api('project.classes', {}),
  ])
  const into = classes.map(one => one.into ?? one.index)
  const { fill } = manifest
  const space = classSpaceOf(classMapOf(classMap, classes.length, merged), { fill, into })
  return {
    id,
    classes: manifest.classes.length,
    fill,
    space,
    foreign: [...space.shownPadding].filter(shown => shown >= foreignBase),
    targeter: createTargeter(space.classMap, fill),
    created: manifest.created,
    file: manifest.annotator.file,
  }
}

/** An image, as shown on the screen. */
export interface LoadedImage {
  info: CallOutput<'images.get'>
  /** Pixels; an unreadable file gets a square, for the layout. */
  size: { width: number; height: number }
  /** null: it cannot be shown. */
  picture: HTMLImageElement | null
  pictureProblem: string | null
  /** The machine's map; null: there is none, or it cannot be read. */
  map: LabelMap | null
  mapProblem: ApiError | null
}

/** Fetches; throws the backend's error if it refuses. */
async function request(url: string): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new ApiError({ code: 'offline', message: toApiError(error).message, detail: {} })
  })
  if (response.ok) return response
  const body = (await response.json().catch(() => null)) as { code?: string; message?: string } | null
  throw new ApiError({
    code: body?.code ?? 'internal',
    message: body?.message ?? `The backend answered with status ${response.status}.`,
    detail: {},
  })
}

async function loadPicture(id: number): Promise<HTMLImageElement> {
  const picture = new Image()
  picture.decoding = 'async'
  picture.src = displayUrl(id)
  try {
    await picture.decode()
  } catch (error) {
    await request(displayUrl(id)) // throws the reason, which an <img> error does not reveal
    throw error
  }
  return picture
}

async function loadMap(id: number, ground: AnnotationGround): Promise<LabelMap> {
  const response = await request(mapUrl(id, ground.id))
  return readMapBytes(await response.arrayBuffer(), ground.classes)
}

async function loadImage(id: number, ground: AnnotationGround | null): Promise<LoadedImage> {
  const info = await api('images.get', { id })
  const { width, height, problem } = info.item
  const wanted = ground !== null && info.maps.includes(ground.id)
  const [picture, map] = await Promise.allSettled([
    problem === null ? loadPicture(id) : Promise.reject(new Error(problem)),
    wanted ? loadMap(id, ground) : Promise.resolve(null),
  ])
  return {
    info,
    size: { width: width || 256, height: height || 256 },
    picture: picture.status === 'fulfilled' ? picture.value : null,
    pictureProblem: picture.status === 'rejected' ? toApiError(picture.reason).message : null,
    map: map.status === 'fulfilled' ? map.value : null,
    mapProblem: map.status === 'rejected' ? toApiError(map.reason) : null,
  }
}

/** The visible image and its neighbours. */
const kept = 8

/** A cache of images of one annotation. */
export interface ImageLoader {
  get(id: number): Promise<LoadedImage>
  /** Fetches it in the background; failures are reported when it is shown. */
  prefetch(id: number): void
  /** Its data changed: fetch it again next time. */
  forget(id: number): void
}

const isTroubled = ({ pictureProblem, mapProblem }: LoadedImage): boolean =>
  pictureProblem !== null || mapProblem !== null

export function createLoader(
  ground: AnnotationGround | null,
  load: (id: number, ground: AnnotationGround | null) => Promise<LoadedImage> = loadImage,
): ImageLoader {
  const images = new Map<number, Promise<LoadedImage>>()

  /** From the cache, or fetched; failures are not cached. */
  function take(id: number): Promise<LoadedImage> {
    const known = images.get(id)
    if (known) images.delete(id)
    const image = known ?? load(id, ground)
    images.set(id, image)
    const drop = (): void => {
      if (images.get(id) === image) images.delete(id)
    }
    image.then(loaded => isTroubled(loaded) && drop(), drop)
    const oldest = images.keys().next().value
    if (images.size > kept && oldest !== undefined) images.delete(oldest)
    return image
  }

  return {
    async get(id) {
      const ahead = images.has(id)
      const image = take(id)
      // A prefetch that failed may succeed now.
      const loaded = await (ahead ? image.catch(() => null) : image)
      return loaded && !(ahead && isTroubled(loaded)) ? loaded : take(id)
    },
    prefetch: id => void take(id).catch(() => undefined),
    forget: id => images.delete(id),
  }
}
