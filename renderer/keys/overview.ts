/** The overview of keys and gestures: grouped by screen with the current one first, and searched; pure. */
import { comboParts } from './combos.ts'

/** An action or a gesture. */
export interface Entry {
  id: string
  title: string
  /** Names of screens; `global`: everywhere. */
  places: readonly string[]
  /** Key combinations (`Ctrl+Z`), any of which does it; a gesture has at most one, which is held meanwhile. */
  combos: readonly string[]
  /** What the mouse does, in words; null: it needs only keys. */
  mouse: string | null
}

export interface Group {
  places: readonly string[]
  entries: readonly Entry[]
}

/** What people call a key besides what is printed on it. */
const alsoCalled: Record<string, readonly string[]> = {
  Ctrl: ['control', 'cmd', 'command', 'meta'],
  Alt: ['option'],
  ArrowUp: ['up'],
  ArrowDown: ['down'],
  ArrowLeft: ['left'],
  ArrowRight: ['right'],
  Escape: ['esc'],
  Enter: ['return'],
  Delete: ['del'],
}

/** The searched text as words: `Ctrl+Z` is two. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/\s+|(?<=[^\s+])\+(?=[^\s])/)
    .filter(word => word !== '')

const partsOf = (combo: string): string[] => combo.split(/\+(?=.)/)

/** Everything a key of a combination can be searched by. */
const namesOf = (part: string): string[] =>
  [part, ...comboParts(part, false), ...comboParts(part, true), ...(alsoCalled[part] ?? [])].map(name =>
    name.toLowerCase(),
  )

/** A single letter names a key; longer words may be unfinished. Scripts without letters have words of one character. */
const isKey = (word: string): boolean => /^[\u0021-\u007e]$/.test(word)

function matches(entry: Entry, words: readonly string[]): boolean {
  const text = `${entry.title} ${entry.mouse ?? ''}`.toLowerCase()
  const combos = entry.combos.length > 0 ? entry.combos : ['']
  return combos.some(combo => {
    const keys = combo === '' ? [] : partsOf(combo).map(namesOf)
    return words.every(
      word =>
        keys.some(names => names.some(name => (isKey(word) ? name === word : name.startsWith(word)))) ||
        (!isKey(word) && text.includes(word)),
    )
  })
}

const isHere = (places: readonly string[], current: string): boolean =>
  places.includes(current) && current !== 'global'

/**
 * The entries that match every word of `search`, each in one group: what works on the current screen first, then what works
 * everywhere, then other screens in the order of the entries. Groups without entries are left out.
 */
export function overviewOf(entries: readonly Entry[], current: string, search: string): Group[] {
  const words = wordsOf(search)
  const groups = new Map<string, { places: readonly string[]; entries: Entry[] }>()
  const put = (places: readonly string[]): Entry[] => {
    const key = places.join(' ')
    const group = groups.get(key) ?? { places, entries: [] }
    groups.set(key, group)
    return group.entries
  }
  put([current])
  put(['global'])
  for (const entry of entries)
    if (matches(entry, words)) put(isHere(entry.places, current) ? [current] : entry.places).push(entry)
  return [...groups.values()].filter(group => group.entries.length > 0)
}
