/** Reviewing: the queue, its marks on their way to the backend, and how far it is. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ImageQuery, ReviewState } from '../../../core/contract/api/browse.ts'
import type { CallOutput } from '../../../core/contract/api/index.ts'
import { api } from '../../api/client.ts'
import { onEvent } from '../../api/events.ts'
import { translate } from '../../i18n/index.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { fileName } from '../../labelmap/file-name.ts'
import { back, emptyQueue, mark, topUp, unmark } from './queue.ts'
import type { Mark } from './queue.ts'

type Progress = CallOutput<'review.progress'>

/** Images to have at hand, and to ask for at once. */
const few = 20
const batch = 60
/** Looks at whether a correction has been saved, a quarter of a second apart. */
const patience = 4

export const useReview = defineStore('review', () => {
  const project = useProject()
  const notices = useNotices()
  /** One split, or all of them. */
  const split = shallowRef<string | null>(null)
  const queue = shallowRef(emptyQueue)
  const progress = shallowRef<Progress | null>(null)
  const loading = shallowRef(false)
  const error = shallowRef<unknown>(null)
  /** The image that was sent to be corrected, and its steps before. */
  const fixing = shallowRef<{ id: number; version: number } | null>(null)
  let run = 0
  let saving: Promise<void> = Promise.resolve()

  const current = computed(() => queue.value.items[0])
  const next = computed(() => queue.value.items.slice(1, 4))

  const query = (): ImageQuery => ({
    filter: {
      review: ['none'],
      problem: false,
      ...(split.value === null ? {} : { splits: [split.value] }),
    },
    sort: { by: 'review', descending: true },
  })

  async function fill(): Promise<void> {
    if (loading.value || queue.value.whole || !project.info) return
    const mine = run
    loading.value = true
    try {
      const { items, total } = await api('browse.page', { query: query(), offset: 0, limit: batch })
      if (mine !== run) return
      queue.value = topUp(queue.value, items, total)
      error.value = null
    } catch (reason) {
      if (mine === run) error.value = reason
    } finally {
      if (mine === run) loading.value = false
    }
  }

  async function loadProgress(): Promise<void> {
    if (!project.info) return
    const mine = run
    const splits = split.value === null ? {} : { splits: [split.value] }
    const answer = await api('review.progress', splits).catch(() => null)
    if (mine === run && answer) progress.value = answer
  }

  /** Asks for everything anew. */
  async function load(): Promise<void> {
    run++
    loading.value = false
    queue.value = emptyQueue
    // Marks that are on their way would come up again otherwise.
    await saving
    await Promise.all([fill(), loadProgress()])
  }

  /** Counts a change at once; the backend's own figures follow. */
  function count(from: ReviewState, to: ReviewState): void {
    const known = progress.value
    if (!known) return
    const counts = { ...known.counts }
    counts[from] = Math.max(0, (counts[from] ?? 0) - 1)
    counts[to] = (counts[to] ?? 0) + 1
    progress.value = { ...known, counts }
  }

  /** Saves one after the other, so that taking back never overtakes its mark. */
  function save(id: number, state: ReviewState, failed: (error: unknown) => void): void {
    const mine = run
    saving = saving.then(async () => {
      try {
        await api('review.mark', { selection: { ids: [id] }, state })
      } catch (reason) {
        if (mine === run) failed(reason)
      }
    })
    void saving.then(() => progressSoon())
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  function progressSoon(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void loadProgress(), 400)
  }

  /** Marks the image in sight; the next one is in sight when this returns. */
  function say(state: Mark): void {
    const item = current.value
    if (!item) return
    queue.value = mark(queue.value, state)
    count('none', state)
    save(item.id, state, reason => {
      queue.value = unmark(queue.value, item.id)
      count(state, 'none')
      notices.fail(translate('review.saveFailed', { name: fileName(item) }), reason)
    })
    if (queue.value.items.length < few) void fill()
  }

  function takeBack(): void {
    const last = queue.value.done.at(-1)
    if (!last) return
    queue.value = back(queue.value)
    count(last.state, 'none')
    save(last.item.id, 'none', reason => notices.fail(translate('common.failed'), reason))
  }

  const versionOf = async (image: number): Promise<number> => {
    const annotation = project.info?.annotation
    return annotation ? (await api('corrections.get', { image, annotation })).version : 0
  }

  /** Remembers that the image in sight is being corrected; answers with its id. */
  async function beginFix(): Promise<number | null> {
    const item = current.value
    if (!item) return null
    fixing.value = { id: item.id, version: await versionOf(item.id) }
    return item.id
  }

  /** Back from correcting: an image that has new corrections is fixed. */
  async function endFix(): Promise<void> {
    const begun = fixing.value
    fixing.value = null
    const item = current.value
    if (!begun || item?.id !== begun.id) return
    const name = fileName(item)
    try {
      // What was said of it there stands.
      await saving
      const { review } = (await api('images.get', { id: begun.id })).item
      if (review !== 'none') {
        if (current.value?.id === begun.id) queue.value = mark(queue.value, review)
        progressSoon()
        if (queue.value.items.length < few) void fill()
        return
      }
      // The last step may still be on its way.
      let same = (await versionOf(begun.id)) === begun.version
      for (let i = 0; same && i < patience; i++) {
        await new Promise(resolve => setTimeout(resolve, 250))
        same = (await versionOf(begun.id)) === begun.version
      }
      if (current.value?.id !== begun.id) return
      if (same) {
        notices.show({ tone: 'info', title: translate('review.notFixed', { name }) })
      } else {
        say('fixed')
        notices.show({ tone: 'success', title: translate('review.fixedNow', { name }) })
      }
    } catch (reason) {
      notices.fail(translate('common.failed'), reason)
    }
  }

  watch(split, () => void load())
  watch(
    () => [project.info?.dir, project.info?.annotation, (project.annotation?.scored ?? 0) > 0] as const,
    ([dir], before) => {
      const other = dir !== before?.[0]
      const named = project.annotation?.split
      const wanted = project.info?.splits.find(({ name }) => name === named)?.name ?? null
      // What the annotation covers is what can be reviewed.
      if (other) fixing.value = null
      if (other && split.value !== wanted) split.value = wanted
      else void load()
    },
    { immediate: true },
  )
  onEvent('images', () => {
    progressSoon()
    // Images that were passed over as done may be back in the queue.
    if (queue.value.items.length === 0 && !loading.value) {
      queue.value = { ...queue.value, whole: false, done: queue.value.done.slice(-200) }
      void fill()
    }
  })
  onEvent('reset', () => void load())

  return {
    split,
    queue,
    progress,
    loading,
    error,
    fixing,
    current,
    next,
    load,
    say,
    takeBack,
    beginFix,
    endFix,
  }
})
