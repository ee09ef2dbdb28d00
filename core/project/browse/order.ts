/** Images in a query's order: those with the measure, ascending or descending, then those without, by name. */
import type { ImageQuery, ImageSort } from '../../contract/api/browse.ts'
import { sortedBy, type SortKey } from './columns.ts'
import { columnsOf, countOf, reasonsFor, listFor, type QueryCache } from './query-cache.ts'

/** A query's images; `list` holds their ranks, null: all by name. */
export interface Order {
  total: number
  descending: boolean
  list: Uint32Array | null
}

const keys = { class: 'label', review: 'score', confidence: 'confidence' } as const

const keyOf = (sort: ImageSort): SortKey | null => (sort.by === 'name' ? null : keys[sort.by])

/** Ties go by name in the direction of the sort; images without the measure come last, always from first name to last. */
export function orderOf(cache: QueryCache, query: ImageQuery): Order {
  const { filter, sort } = query
  const { descending } = sort
  const key = keyOf(sort)
  const total = countOf(cache, filter)
  const reasons = reasonsFor(cache, filter)
  if (!reasons && !key) return { total, descending, list: null }
  const list = listFor(cache, JSON.stringify([filter, sort.by, descending]), () => {
    const ranks = new Uint32Array(total)
    let count = 0
    const add = (from: Uint32Array | null, down: boolean): void => {
      const length = from ? from.length : reasons!.length
      for (let i = 0; i < length; i++) {
        const index = down ? length - 1 - i : i
        const rank = from ? from[index]! : index
        if (!reasons || reasons[rank] === 0) ranks[count++] = rank
      }
    }
    if (key) {
      const { known, unknown } = sortedBy(columnsOf(cache), key)
      add(known, descending)
      add(unknown, false)
    } else add(null, descending)
    return ranks
  })
  return { total, descending, list }
}

/** The rank at an offset within the order. */
export function rankAt(order: Order, offset: number): number {
  if (order.list) return order.list[offset]!
  return order.descending ? order.total - 1 - offset : offset
}

/** The offset of an image, or the one it would have, and whether it is included. */
export function offsetOf(
  cache: QueryCache,
  { sort }: ImageQuery,
  order: Order,
  rank: number,
): { offset: number; belongs: boolean } {
  const { list } = order
  if (!list) return { offset: order.descending ? order.total - 1 - rank : rank, belongs: true }
  const comes = comparison(cache, sort)
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (comes(list[middle]!, rank) < 0) low = middle + 1
    else high = middle
  }
  return { offset: low, belongs: list[low] === rank }
}

/** Negative if the first rank comes before the second. */
function comparison(cache: QueryCache, sort: ImageSort): (a: number, b: number) => number {
  const key = keyOf(sort)
  const way = sort.descending ? -1 : 1
  if (!key) return (a, b) => (a - b) * way
  const values = columnsOf(cache)[key]
  return (a, b) => {
    const first = values[a]!
    const second = values[b]!
    if (first < 0 || second < 0) return first < 0 && second < 0 ? a - b : first < 0 ? 1 : -1
    return (first - second || a - b) * way
  }
}
