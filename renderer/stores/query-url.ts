/** A query as the words of an address, so that reloading, going back and sending a link work. Unreadable words are passed over. */
import type { ImageFilter, ImageQuery, ImageSort } from '../../core/contract/api/browse.ts'
import { reviewStates, type ReviewState } from '../../core/contract/review-state.ts'

/** What vue-router gives and takes. */
export type UrlWords = Record<string, string | null | (string | null)[] | undefined>

export const defaultSort: ImageSort = { by: 'name', descending: false }

/** In the order in which they are shown. */
export const sorts = ['name', 'class', 'review', 'confidence'] as const satisfies readonly ImageSort['by'][]
export const flags = [
  'disagree',
  'listed',
  'corrected',
  'changed',
  'problem',
] as const satisfies readonly (keyof ImageFilter)[]

/** Only what differs from the plain view of everything by name. */
export function queryToUrl(query: ImageQuery): Record<string, string | string[]> {
  const { filter, sort } = query
  const words: Record<string, string | string[]> = {}
  if (filter.text) words['text'] = filter.text
  if (filter.splits?.length) words['split'] = [...filter.splits]
  if (filter.classes?.length) words['class'] = filter.classes.join(',')
  if (filter.predicted?.length) words['predicted'] = filter.predicted.join(',')
  if (filter.review?.length) words['review'] = filter.review.join(',')
  for (const flag of flags) if (filter[flag] !== undefined) words[flag] = filter[flag] ? 'yes' : 'no'
  if (filter.confidence) words['confidence'] = filter.confidence.join('..')
  if (sort.by !== defaultSort.by) words['sort'] = sort.by
  if (sort.descending) words['order'] = 'descending'
  return words
}

export function queryFromUrl(words: UrlWords): ImageQuery {
  const filter: ImageFilter = {}
  const text = first(words['text'])
  if (text) filter.text = text.slice(0, 500)
  const splits = every(words['split']).filter(name => name.length > 0 && name.length <= 255)
  if (splits.length > 0) filter.splits = splits.slice(0, 100)
  const classes = numbers(words['class'], -1)
  if (classes.length > 0) filter.classes = classes
  const predicted = numbers(words['predicted'], 0)
  if (predicted.length > 0) filter.predicted = predicted
  const review = (first(words['review']) ?? '').split(',').filter(isState)
  if (review.length > 0) filter.review = [...new Set(review)]
  for (const flag of flags) {
    const said = first(words[flag])
    if (said === 'yes' || said === 'no') filter[flag] = said === 'yes'
  }
  const [low, high] = (first(words['confidence']) ?? '').split('..').map(Number)
  if (low !== undefined && high !== undefined && low >= 0 && high <= 1 && low <= high)
    filter.confidence = [low, high]
  const by = sorts.find(sort => sort === first(words['sort'])) ?? defaultSort.by
  return { filter, sort: { by, descending: first(words['order']) === 'descending' } }
}

/** Whether two queries ask the same. */
export const sameQuery = (one: ImageQuery, other: ImageQuery): boolean =>
  JSON.stringify(queryToUrl(one)) === JSON.stringify(queryToUrl(other))

const isState = (word: string): word is ReviewState => reviewStates.some(state => state === word)

const every = (value: UrlWords[string]): string[] =>
  (Array.isArray(value) ? value : [value]).filter(word => typeof word === 'string')

const first = (value: UrlWords[string]): string | undefined => every(value)[0]

const numbers = (value: UrlWords[string], least: number): number[] => [
  ...new Set(
    (first(value) ?? '')
      .split(',')
      .filter(word => /^-?\d{1,8}$/.test(word))
      .map(Number)
      .filter(n => n >= least)
      .slice(0, 10_000),
  ),
]
