/** The current image with its corrected label map and its regions, and prefetching of the next ones. */
import { computed, shallowRef, watch } from 'vue'
import { mapOptions, shownMap } from '../../../core/labelmap/class-space.ts'
import { applyLayer, emptyLayer, layerFromList } from '../../../core/labelmap/corrections/index.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { planRegions, type RegionPlan } from '../../../core/labelmap/regions/index.ts'
import { api } from '../../api/client.ts'
import { useClassLook } from '../../labelmap/class-look.ts'
import { createLoader, loadAnnotation } from '../../labelmap/load.ts'
import type { AnnotationGround, LoadedImage } from '../../labelmap/load.ts'
import type { Relabelled } from '../../labels/image-labels.ts'
import { useClasses } from '../../stores/classes.ts'
import { useProject } from '../../stores/project.ts'
import { useReview } from './store.ts'

/** An image as the review shows it: `map` is the corrected one, in map classes. */
export interface ReviewedImage extends LoadedImage {
  /** The same in shown classes; null: there is none. */
  view: LabelMap | null
  /** Cells with corrections. */
  corrected: readonly number[]
}

/** Applies an image's corrections to its map; without any, it is the machine's map. */
async function withCorrections(image: LoadedImage, ground: AnnotationGround | null): Promise<ReviewedImage> {
  const { map, info } = image
  if (!map || !ground) return { ...image, view: null, corrected: [] }
  const layer = info.item.corrected
    ? layerFromList((await api('corrections.get', { image: info.item.id, annotation: ground.id })).layer)
    : emptyLayer
  const corrected = applyLayer(map, layer, mapOptions(ground.space))
  return { ...image, map: corrected, view: shownMap(corrected, ground.space), corrected: [...layer.keys()] }
}

export function useImages() {
  const project = useProject()
  const review = useReview()
  const classes = useClasses()
  const look = useClassLook()
  const ground = shallowRef<AnnotationGround | null>(null)
  const image = shallowRef<ReviewedImage | null>(null)
  const error = shallowRef<unknown>(null)
  let loader = createLoader(null)
  let asked = 0

  const plan = computed<RegionPlan | null>(() => {
    const here = ground.value
    const view = image.value?.view
    if (!here || !view) return null
    const { label } = image.value!.info.item
    return planRegions(view, {
      classes: here.space.classes,
      fill: here.fill,
      given: label === null ? null : classes.resolve(label),
      sure: project.annotation?.sure ?? null,
      corrected: image.value!.corrected,
      colourOf: look.colour,
    })
  })

  async function show(id: number | undefined): Promise<void> {
    const mine = ++asked
    if (id === undefined) {
      image.value = null
      return
    }
    // A loaded image appears at once; otherwise the place is empty until it is loaded.
    const slow = setTimeout(() => {
      if (mine === asked) image.value = null
    }, 80)
    try {
      const loaded = await withCorrections(await loader.get(id), ground.value)
      if (mine !== asked) return
      image.value = loaded
      error.value = null
      for (const next of review.next) loader.prefetch(next.id)
    } catch (reason) {
      if (mine === asked) error.value = reason
    } finally {
      clearTimeout(slow)
    }
  }

  async function prepare(): Promise<void> {
    const id = project.info?.annotation ?? null
    const dir = project.info?.dir
    image.value = null
    try {
      ground.value = id === null ? null : await loadAnnotation(id)
      if (dir !== project.info?.dir) return
      loader = createLoader(ground.value)
      await show(review.current?.id)
    } catch (reason) {
      error.value = reason
    }
  }

  watch(() => [project.info?.dir, project.info?.annotation, project.info?.classesVersion], prepare, {
    immediate: true,
  })
  watch(
    () => review.current?.id,
    id => void show(id),
  )

  /** Labels of an image changed; its map did not. */
  function relabel({ item, truth }: Relabelled): void {
    loader.forget(item.id)
    const here = image.value
    if (here?.info.item.id === item.id) image.value = { ...here, info: { ...here.info, item, truth } }
  }

  return { ground, image, plan, error, retry: prepare, relabel, forget: (id: number) => loader.forget(id) }
}
