/** Selection by mouse and keyboard: one, a range, all; a range may include images that are not loaded. */
import { shallowRef } from 'vue'
import { api } from '../../api/client.ts'
import { formatNumber } from '../../i18n/format.ts'
import { translate } from '../../i18n/index.ts'
import { useNotices } from '../../stores/notices.ts'
import { useQuery } from '../../stores/query.ts'
import { add, all, mostIds, nothingPicked, toggle } from './selection.ts'
import { useBrowse } from './store.ts'

/** The contract's limit of images per page. */
const chunk = 500

export function usePicking() {
  const browse = useBrowse()
  const query = useQuery()
  const notices = useNotices()
  /** The start of a range, and the selection at that time. */
  let start = 0
  let base = nothingPicked
  let asked = 0
  const busy = shallowRef(false)

  function from(index: number): void {
    start = index
    base = browse.picked
  }

  function flip(index: number): void {
    const item = browse.item(index)
    if (item) browse.pick(toggle(browse.picked, item.id))
    from(index)
  }

  async function idsBetween(first: number, last: number): Promise<number[]> {
    const ids: number[] = []
    for (let at = first; at <= last;) {
      const known = browse.item(at)
      if (known) {
        ids.push(known.id)
        at++
        continue
      }
      const limit = Math.min(chunk, last - at + 1)
      const { items } = await api('browse.page', { query: query.query, offset: at, limit })
      if (items.length === 0) break
      ids.push(...items.map(item => item.id))
      at += items.length
    }
    return ids
  }

  /** Selects from the start of the range to here, in addition to the previous selection. */
  async function extend(index: number): Promise<void> {
    const [first, last] = [Math.min(start, index), Math.max(start, index)]
    if (last - first + 1 > mostIds) {
      notices.show({ tone: 'warning', title: translate('browse.tooMany', { n: formatNumber(mostIds) }) })
      return
    }
    const mine = ++asked
    busy.value = true
    try {
      const ids = await idsBetween(first, last)
      if (mine === asked) browse.pick(add(base, ids))
    } catch (error) {
      notices.fail(translate('browse.failed'), error)
    } finally {
      if (mine === asked) busy.value = false
    }
  }

  function selectAll(): void {
    browse.pick(all(browse.total ?? 0))
    base = nothingPicked
  }

  function clear(): void {
    browse.pick(nothingPicked)
    base = nothingPicked
  }

  return { busy, from, flip, extend, selectAll, clear }
}
