/** What browsing should answer, by plain loops over all images. */
import type { ImageFilter, ImageQuery } from '../../../../core/contract/api/browse.ts'
import type { ReviewState } from '../../../../core/contract/review-state.ts'

export interface ModelImage {
  id: number
  split: string
  path: string
  label: number | null
  problem: boolean
  review: ReviewState
  corrected: boolean
  changed: boolean
  facts: { top: number; confidence: number; listed: boolean | null; score: number } | null
}

const fold = (text: string): string => text.toLowerCase().replaceAll('\n', ' ')
const within = <T>(list: readonly T[] | undefined, value: T): boolean =>
  list === undefined || list.length === 0 || list.includes(value)
export const disagrees = (image: ModelImage): boolean | null =>
  image.label === null || !image.facts ? null : image.label !== image.facts.top

export function passesModel(image: ModelImage, filter: ImageFilter): boolean {
  const { facts } = image
  const is = <T>(wanted: T | undefined, value: T | null): boolean => wanted === undefined || wanted === value
  return (
    (!filter.text || fold(`${image.split}/${image.path}`).includes(fold(filter.text))) &&
    within(filter.splits, image.split) &&
    within(filter.classes, image.label ?? -1) &&
    (!filter.predicted?.length || (facts !== null && filter.predicted.includes(facts.top))) &&
    within(filter.review, image.review) &&
    is(filter.corrected, image.corrected) &&
    is(filter.disagree, disagrees(image)) &&
    is(filter.listed, facts?.listed ?? null) &&
    is(filter.problem, image.problem) &&
    is(filter.changed, image.changed) &&
    (!filter.confidence ||
      (facts !== null &&
        facts.confidence >= filter.confidence[0] &&
        facts.confidence <= filter.confidence[1]))
  )
}

/** Ids in order; `splits` in the order they were added. */
export function orderModel(
  images: readonly ModelImage[],
  query: ImageQuery,
  splits: readonly string[],
): number[] {
  const byName = (a: ModelImage, b: ModelImage): number =>
    splits.indexOf(a.split) - splits.indexOf(b.split) ||
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))
  const key = (image: ModelImage): number | null => {
    if (query.sort.by === 'class') return image.label
    if (query.sort.by === 'review') return image.facts?.score ?? null
    if (query.sort.by === 'confidence') return image.facts?.confidence ?? null
    return 0
  }
  const way = query.sort.descending ? -1 : 1
  return images
    .filter(image => passesModel(image, query.filter))
    .sort((a, b) => {
      const [x, y] = [key(a), key(b)]
      if (x === null || y === null) return x === y ? byName(a, b) : x === null ? 1 : -1
      return way * (x - y || byName(a, b))
    })
    .map(image => image.id)
}
