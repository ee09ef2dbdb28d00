/** Finds classes by number, WordNet id, short name and every synonym: whole words first, then beginnings, then any part. */

/** What a class can be found by; also what a list shows of it. */
export interface Named {
  index: number
  name: string
  short?: string | undefined
  wnid?: string | undefined
}

/** How well a class matches; a lower rank is better. */
const ranks = { exact: 0, word: 1, beginning: 2, part: 3 } as const

/** One typed text against one name: both in lower case. */
function rankIn(name: string, typed: string): number | null {
  let best: number | null = null
  for (let at = name.indexOf(typed); at >= 0; at = name.indexOf(typed, at + 1)) {
    const begins = at === 0 || isBreak(name.charAt(at - 1))
    const end = at + typed.length
    const ends = end === name.length || isBreak(name.charAt(end))
    const rank = begins ? (ends ? ranks.word : ranks.beginning) : ranks.part
    if (best === null || rank < best) best = rank
    if (best === ranks.word) break
  }
  return best
}

const isBreak = (sign: string): boolean => !/[\p{L}\p{N}]/u.test(sign)

/** Every typed word is the beginning of some word of the name, in any order. */
function hasWords(name: string, typed: readonly string[]): boolean {
  const words = name.split(/[^\p{L}\p{N}]+/u)
  return typed.every(one => words.some(word => word.startsWith(one)))
}

/** The rank of a class, and whether only a later synonym matches; null: not found. */
function rankOf(entry: Named, typed: string): [rank: number, late: number] | null {
  const short = entry.short?.toLowerCase()
  const name = entry.name.toLowerCase()
  const synonyms = name.split(',').map(one => one.trim())
  const equal = [String(entry.index), entry.wnid, short, name, ...synonyms]
  if (equal.includes(typed)) return [ranks.exact, typed === (short ?? synonyms[0]) ? 0 : 1]
  const near = rankIn(short ?? synonyms[0]!, typed)
  const any = rankIn(name, typed)
  const best = Math.min(near ?? Infinity, any ?? Infinity)
  if (best <= ranks.beginning) return [best, near === best ? 0 : 1]
  if (entry.wnid?.startsWith(typed)) return [ranks.beginning, 1]
  const words = typed.split(/\s+/)
  if (words.length > 1 && hasWords(`${short ?? ''} ${name}`, words)) return [ranks.beginning, 1]
  return best === Infinity ? null : [best, near === best ? 0 : 1]
}

/** A class that was found. */
export interface Found<Entry> {
  entry: Entry
  rank: number
}

/**
 * Matching classes, best first: exact ones; then those of `nearby` (classes on the map, recent ones) that match a word or its
 * beginning; then whole words, beginnings of words, and other parts. Otherwise in their order, `nearby` first. Without a
 * text all are found: `nearby` in its order, then the others.
 */
export function findClasses<Entry extends Named>(
  classes: readonly Entry[],
  typed: string,
  nearby: readonly number[] = [],
): Found<Entry>[] {
  const text = typed.trim().toLowerCase().replaceAll(/\s+/g, ' ')
  const near = new Map(nearby.map((index, at) => [index, at]))
  const found: { entry: Entry; rank: number; order: number[] }[] = []
  classes.forEach((entry, at) => {
    const match = text === '' ? ([ranks.part, 0] as const) : rankOf(entry, text)
    if (match === null) return
    const [rank, late] = match
    const place = near.get(entry.index)
    const isNear = place !== undefined && (rank < ranks.part || text === '')
    const group = rank === ranks.exact ? 0 : isNear ? 1 : 1 + rank
    found.push({ entry, rank, order: [group, isNear ? 0 : rank, late, place ?? nearby.length + at] })
  })
  return found.sort((a, b) => compare(a.order, b.order)).map(({ entry, rank }) => ({ entry, rank }))
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}

/** The matching classes of {@link findClasses}. */
export const searchClasses = <Entry extends Named>(
  classes: readonly Entry[],
  typed: string,
  nearby: readonly number[] = [],
): readonly Entry[] =>
  typed.trim() === '' && nearby.length === 0
    ? classes
    : findClasses(classes, typed, nearby).map(({ entry }) => entry)

/**
 * Whether Enter may take the first of what was found although nobody has seen the list yet: it is the only one, or the
 * only one that is called exactly so.
 */
export function isPlain(found: readonly Found<unknown>[]): boolean {
  const [first, second] = found
  if (!first) return false
  return !second || (first.rank === ranks.exact && second.rank !== ranks.exact)
}
