/** A sort order as the index that has it: images with the measure up or down, then those without, by name. */
import type { ImageSort } from '../../contract/api/browse.ts'

/** Columns of `browse` that can be sorted by. */
export type OrderKey = 'place' | 'label' | 'score' | 'confidence'

/** Where an image stands in an order; `key` is −1 without the measure. */
export interface Position {
  key: number
  place: number
}

/** One stretch of an order that an index has from end to end. */
export interface Segment {
  key: OrderKey
  /** Which rows it holds. */
  sql: string
  descending: boolean
  index: string | null
}

const keys = { name: 'place', class: 'label', review: 'score', confidence: 'confidence' } as const

export const keyOf = (sort: ImageSort): OrderKey => keys[sort.by]

/** Ties go by name in the direction of the sort; images without the measure come last, always from first name to last. */
export function segmentsOf(sort: ImageSort): Segment[] {
  const key = keyOf(sort)
  if (key === 'place') return [{ key, sql: '1', descending: sort.descending, index: null }]
  const index = `browse_by_${key}`
  return [
    { key, sql: `${key} >= 0`, descending: sort.descending, index },
    { key, sql: `${key} = -1`, descending: false, index },
  ]
}

/** For lists short enough to be sorted. */
export function orderBy(sort: ImageSort): string {
  const key = keyOf(sort)
  const way = sort.descending ? 'DESC' : 'ASC'
  if (key === 'place') return `place ${way}`
  return `${key} < 0, ${key} ${way}, CASE WHEN ${key} < 0 OR ${sort.descending ? 0 : 1} THEN place ELSE -place END`
}

export const segmentOf = (segments: readonly Segment[], position: Position): number =>
  segments.length > 1 && position.key < 0 ? 1 : 0

/** Below 0 where `a` comes first; both of one segment. */
export function comparePositions(segment: Segment, a: Position, b: Position): number {
  const difference = a.key - b.key || a.place - b.place
  return segment.descending ? -difference : difference
}
