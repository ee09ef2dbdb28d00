/** The image in sight with its label map, and the next ones fetched ahead. */
import { shallowRef, watch } from 'vue'
import { useProject } from '../../stores/project.ts'
import { createLoader, loadAnnotation } from '../annotate/load.ts'
import type { AnnotationGround, LoadedImage } from '../annotate/load.ts'
import { useReview } from './store.ts'

export function useImages() {
  const project = useProject()
  const review = useReview()
  const ground = shallowRef<AnnotationGround | null>(null)
  const image = shallowRef<LoadedImage | null>(null)
  const error = shallowRef<unknown>(null)
  let loader = createLoader(null)
  let asked = 0

  async function show(id: number | undefined): Promise<void> {
    const mine = ++asked
    if (id === undefined) {
      image.value = null
      return
    }
    // An image that is at hand comes at once; only one that is not leaves the place empty.
    const slow = setTimeout(() => {
      if (mine === asked) image.value = null
    }, 80)
    try {
      const loaded = await loader.get(id)
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
