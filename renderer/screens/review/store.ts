/** The review: the queue, saving its marks, and its progress. */
import { defineStore } from 'pinia'
import { computed, watch } from 'vue'
import type { ImageItem } from '../../../core/contract/api/browse.ts'
import type { ReviewState } from '../../../core/contract/review-state.ts'
import { api } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import { translate } from '../../i18n/index.ts'
import { fileName } from '../../labelmap/file-name.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { createState, readable, type State } from '../../stores/state.ts'
import { createTimer } from '../../stores/timer.ts'
import { useFixes } from './fixing.ts'
import { createMarkSaver } from './marks.ts'
import { back, bringForward, emptyQueue, listed, mark, renewed, reopened, topUp, unmark } from './queue.ts'
import type { Mark } from './queue.ts'
import { counted, firstReviewing, progressInput, queryOf, type Reviewing } from './state.ts'

/** Minimum number of loaded images, and images per request. */
const few = 20
const batch = 60
/** Milliseconds between a mark and requesting the backend's figures. */
const progressWait = 400

/** Requests the queue and the figures; ignores answers for an earlier review. */
function useQueue(state: State<Reviewing>) {
  const project = useProject()
  let run = 0

  async function fill(): Promise<void> {
    const { loading, queue, split } = state.now()
    if (loading || queue.whole || !project.info) return
    const mine = run
    state.set({ loading: true })
    try {
      const { items, total } = await api('browse.page', { query: queryOf(split), offset: 0, limit: batch })
      if (mine === run) state.set({ queue: topUp(state.now().queue, items, total), error: null })
    } catch (error) {
      if (mine === run) state.set({ error })
    } finally {
      if (mine === run) state.set({ loading: false })
    }
  }

  async function loadProgress(): Promise<void> {
    if (!project.info) return
    const mine = run
    const progress = await api('review.progress', progressInput(state.now().split)).catch(() => null)
    if (mine === run && progress) state.set({ progress })
  }

  return {
    loadProgress,
    fill,
    /** Requests more before the queue is empty. */
    fillUp: () => void (state.now().queue.items.length < few && fill()),
    /** Reloads everything, when `ready`. */
    async load(ready: Promise<void>): Promise<void> {
      run++
      state.set({ loading: false, queue: emptyQueue })
      await ready
      await Promise.all([fill(), loadProgress()])
    },
    /** Whether no other review was begun since. */
    staying(): () => boolean {
      const mine = run
      return () => mine === run
    },
  }
}

/** Marks the current image, and undoes marks: shown at once, saved one after another. */
function useMarks(state: State<Reviewing>, queue: ReturnType<typeof useQueue>) {
  const notices = useNotices()
  const progress = createTimer(() => void queue.loadProgress())
  const progressSoon = (): void => progress.restart(progressWait)
  const saver = createMarkSaver(progressSoon)

  function count(from: ReviewState, to: ReviewState): void {
    state.set({ progress: counted(state.now().progress, from, to) })
  }

  function save(id: number, to: ReviewState, failed: (error: unknown) => void): void {
    const here = queue.staying()
    saver.save(id, to, error => here() && failed(error))
  }

  return {
    progressSoon,
    settled: saver.settled,
    /** The next image is the current one when this returns. */
    say(to: Mark): void {
      const item = state.now().queue.items[0]
      if (!item) return
      state.set({ queue: mark(state.now().queue, to) })
      count('none', to)
      save(item.id, to, error => {
        state.set({ queue: unmark(state.now().queue, item.id) })
        count(to, 'none')
        notices.fail(translate('review.saveFailed', { name: fileName(item) }), error)
      })
      queue.fillUp()
    },
    /** Takes back the last mark, or that of an image. */
    takeBack(id?: number): void {
      const { done } = state.now().queue
      const last = id === undefined ? done.at(-1) : done.find(({ item }) => item.id === id)
      if (!last) return
      const { queue } = state.now()
      state.set({ queue: id === undefined ? back(queue) : unmark(queue, id) })
      count(last.state, 'none')
      save(last.item.id, 'none', error => notices.fail(translate('common.failed'), error))
    },
  }
}

export const useReview = defineStore('review', () => {
  const project = useProject()
  const notices = useNotices()
  const state = createState(firstReviewing)
  const queue = useQueue(state)
  const marks = useMarks(state, queue)
  const fixes = useFixes()
  const current = computed(() => state.fields.queue.value.items[0])

  const images = computed(() => listed(state.fields.queue.value))

  /** Goes to an image of this visit; one that is marked loses its mark, as with `takeBack`. */
  function goTo(id: number): void {
    if (state.now().queue.done.some(({ item }) => item.id === id)) marks.takeBack(id)
    else state.set({ queue: bringForward(state.now().queue, id) })
  }

  // Otherwise images whose marks are being saved would appear again.
  const load = (): Promise<void> => queue.load(marks.settled())

  /** Records that the current image is being corrected; returns its id. */
  async function beginFix(): Promise<number | null> {
    const item = current.value
    if (!item) return null
    state.set({ fixing: await fixes.begin(item.id) })
    return item.id
  }

  /** After returning from Annotate: an image with new corrections is marked as fixed. */
  async function endFix(): Promise<void> {
    const begun = state.now().fixing
    state.set({ fixing: null })
    const item = current.value
    if (!begun || item?.id !== begun.id) return
    const inSight = (): boolean => current.value?.id === begun.id
    const name = fileName(item)
    try {
      await marks.settled()
      const { review } = (await api('images.get', { id: begun.id })).item
      if (review !== 'none') {
        // A mark made there is kept.
        if (inSight()) state.set({ queue: mark(state.now().queue, review) })
        marks.progressSoon()
        queue.fillUp()
        return
      }
      const fixed = await fixes.wasFixed(begun)
      if (!inSight()) return
      if (fixed) marks.say('fixed')
      const title = translate(fixed ? 'review.fixedNow' : 'review.notFixed', { name })
      notices.show({ tone: fixed ? 'success' : 'info', title })
    } catch (error) {
      notices.fail(translate('common.failed'), error)
    }
  }

  watch(state.fields.split, () => void load())
  watch(
    () => [project.info?.dir, project.info?.annotation, (project.annotation?.scored ?? 0) > 0] as const,
    ([dir], before) => {
      const other = dir !== before?.[0]
      const named = project.annotation?.split
      const wanted = project.info?.splits.find(({ name }) => name === named)?.name ?? null
      // Only images covered by the annotation can be reviewed.
      if (other) state.set({ fixing: null })
      if (other && state.now().split !== wanted) state.set({ split: wanted })
      else void load()
    },
    { immediate: true },
  )
  onEvent('images', () => {
    marks.progressSoon()
    // Images that were skipped as done may be in the queue again.
    if (state.now().queue.items.length > 0 || state.now().loading) return
    state.set({ queue: reopened(state.now().queue) })
    void queue.fill()
  })
  onEvent('reset', () => void load())

  return readable(state, {
    current,
    /** Those that are marked, the current one, and those that follow. */
    images,
    next: computed(() => state.fields.queue.value.items.slice(1, 4)),
    load,
    say: marks.say,
    takeBack: () => marks.takeBack(),
    goTo,
    /** An image has other labels now. */
    renew: (item: ImageItem) => state.set({ queue: renewed(state.now().queue, item) }),
    choose: (split: string | null) => state.set({ split }),
    beginFix,
    endFix,
  })
})
