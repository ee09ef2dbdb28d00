/** The current image with its corrected label map, and prefetching of the next ones. */
import { shallowRef, watch } from 'vue'
import { applyLayer, layerFromList } from '../../../core/labelmap/corrections/index.ts'
import { api } from '../../api/client.ts'
import { useProject } from '../../stores/project.ts'
import { createLoader, loadAnnotation } from '../../labelmap/load.ts'
import type { AnnotationGround, LoadedImage } from '../../labelmap/load.ts'
import { useReview } from './store.ts'

/** An image as the review shows it: `map` is the corrected one. */
export interface ReviewedImage extends LoadedImage {
  /** Cells with corrections. */
  corrected: number
}

/** Applies an image's corrections to its map; without any, it is the machine's map. */
async function withCorrections(image: LoadedImage, ground: AnnotationGround | null): Promise<ReviewedImage> {
  const { map, info } = image
  if (!map || !ground || !info.item.corrected) return { ...image, corrected: 0 }
  const { layer } = await api('corrections.get', { image: info.item.id, annotation: ground.id })
  const { fill, classes } = ground
  return {
    ...image,
    map: applyLayer(map, layerFromList(layer), { fill, classes }),
    corrected: new Set(layer.map(entry => entry.cell)).size,
  }
}

export function useImages() {
  const project = useProject()
  const review = useReview()
  const ground = shallowRef<AnnotationGround | null>(null)
  const image = shallowRef<ReviewedImage | null>(null)
  const error = shallowRef<unknown>(null)
  let loader = createLoader(null)
  let asked = 0

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
      ground.value = id === null ? null : await loadAnnotation(id, project.info!.classes)
      if (dir !== project.info?.dir) return
      loader = createLoader(ground.value)
      await show(review.current?.id)
    } catch (reason) {
      error.value = reason
    }
  }

  watch(() => [project.info?.dir, project.info?.annotation], prepare, { immediate: true })
  watch(
    () => review.current?.id,
    id => void show(id),
  )

  return { ground, image, error, retry: prepare, forget: (id: number) => loader.forget(id) }
}
