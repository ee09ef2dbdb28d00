/** Opens images of the project's current annotation, each with its corrections; the newest call wins. */
import { emptyLayer } from '../../../../core/labelmap/corrections/index.ts'
import { toApiError } from '../../../api/error.ts'
import { createLoader, loadAnnotation, type ImageLoader } from '../../../labelmap/load.ts'
import { useProject } from '../../../stores/project.ts'
import type { State } from '../../../stores/state.ts'
import type { ImageCorrections } from '../saving/corrections.ts'
import { useSaving } from '../saving/store.ts'
import { arrive, emptied, type ScreenState } from './screen.ts'
import { reduceTools } from './tools.ts'

export function useOpening(state: State<ScreenState>) {
  const project = useProject()
  const saving = useSaving()
  let loader: ImageLoader | null = null
  let place = ''
  let wanted = 0

  /** Shows nothing; unsaved corrections continue to be saved. */
  function clear(): void {
    const { corrections } = state.now()
    if (corrections) saving.leave(corrections)
    state.set(emptied(state.now()))
  }

  /** The loader of the project's current annotation; recreated for another annotation, or other classes. */
  async function prepare(): Promise<ImageLoader> {
    const info = project.info
    const id = info?.annotation ?? null
    const now = `${info?.dir ?? ''} ${id ?? ''} ${info?.classesVersion ?? ''}`
    if (loader && place === now) return loader
    const ground = id && info ? await loadAnnotation(id) : null
    // The displayed image belongs to the previous annotation.
    clear()
    state.set({ ground, tools: reduceTools(state.now().tools, { kind: 'forget' }) })
    loader = createLoader(ground)
    place = now
    return loader
  }

  /** The corrections of an image that has a map; null: nothing to correct. */
  function correctionsOf(image: number, hasMap: boolean): Promise<ImageCorrections | null> {
    const { ground } = state.now()
    const dir = project.info?.dir
    return ground && hasMap && dir
      ? saving.use({ project: dir, annotation: ground.id, image })
      : Promise.resolve(null)
  }

  async function show(id: number): Promise<void> {
    const turn = ++wanted
    state.set({ loading: true, problem: null })
    try {
      const images = await prepare()
      const loaded = await images.get(id)
      const fixes = await correctionsOf(id, loaded.map !== null)
      if (turn !== wanted) {
        if (fixes) saving.leave(fixes)
        return
      }
      const { corrections } = state.now()
      if (corrections) saving.leave(corrections)
      state.set(arrive(state.now(), loaded, fixes, fixes?.history.value.layer ?? emptyLayer))
    } catch (error) {
      if (turn === wanted) state.set({ problem: toApiError(error) })
    } finally {
      if (turn === wanted) state.set({ loading: false })
    }
  }

  /** Called when leaving the screen. */
  function leave(): void {
    wanted++
    clear()
    state.set({ loading: false })
  }

  /** Reads the image again, after a failure. */
  async function reload(): Promise<void> {
    const id = state.now().image?.info.item.id
    if (id === undefined) return
    loader?.forget(id)
    await show(id)
  }

  return {
    show,
    leave,
    reload,
    prefetch: (id: number) => loader?.prefetch(id),
    forget: (id: number) => loader?.forget(id),
  }
}
