/** Marks many images alike, shows the result, and undoes it. */
import { shallowRef } from 'vue'
import type { ReviewState } from '../../../core/contract/review-state.ts'
import { api } from '../../api/client.ts'
import { formatNumber } from '../../i18n/format.ts'
import { translate } from '../../i18n/index.ts'
import { useNotices } from '../../stores/notices.ts'
import { useQuery } from '../../stores/query.ts'
import { useFacets } from './facets.ts'
import { asSelection, countPicked, isPicked, nothingPicked } from './selection.ts'
import { useBrowse } from './store.ts'

/** Maximum number of previous marks that the backend returns; more cannot be undone. */
const undoable = 1000

type Marks = { id: number; state: ReviewState }[]

/** Restores previous marks, with one call per state. */
async function restoreMarks(before: Marks): Promise<void> {
  for (const state of new Set(before.map(mark => mark.state)))
    await api('review.mark', {
      selection: { ids: before.filter(mark => mark.state === state).map(mark => mark.id) },
      state,
    })
}

export function useMarking() {
  const browse = useBrowse()
  const facets = useFacets()
  const query = useQuery()
  const notices = useNotices()
  /** The marking that waits for confirmation because it cannot be undone. */
  const asking = shallowRef<ReviewState | null>(null)
  const busy = shallowRef(false)

  /** The user's own marks are counted at once. */
  function look(): void {
    browse.refreshSoon()
    void facets.load()
  }

  async function takeBack(before: Marks): Promise<void> {
    try {
      await restoreMarks(before)
      look()
      notices.show({
        tone: 'info',
        title: translate('browse.undone', { n: formatNumber(before.length) }),
      })
    } catch (error) {
      notices.fail(translate('browse.markFailed'), error)
    }
  }

  async function mark(state: ReviewState, sure = false): Promise<void> {
    const { picked } = browse
    const selection = asSelection(picked, query.query)
    if (!selection || busy.value) return
    if (!sure && countPicked(picked) > undoable) {
      asking.value = state
      return
    }
    asking.value = null
    busy.value = true
    try {
      const { changed, before } = await api('review.mark', { selection, state })
      browse.update(item => (isPicked(picked, item.id) ? { ...item, review: state } : item))
      if (picked.kind === 'all') browse.pick(nothingPicked)
      look()
      notices.show({
        tone: 'success',
        title: translate('browse.marked', {
          n: formatNumber(changed),
          state: translate(`browse.state.${state}`),
        }),
        ...(before === null
          ? { text: translate('browse.cannotUndo') }
          : before.length > 0
            ? { action: { label: translate('browse.undo'), run: () => void takeBack(before) } }
            : {}),
      })
    } catch (error) {
      notices.fail(translate('browse.markFailed'), error)
    } finally {
      busy.value = false
    }
  }

  return { asking, busy, mark }
}
