/** Finds classes by number, by the beginning of a name or of a word in it, or by any part. */

interface Named {
  index: number
  name: string
}

/** 0 best; null: not found. */
function rank(entry: Named, words: string): number | null {
  const name = entry.name.toLowerCase()
  if (String(entry.index) === words || name === words) return 0
  const at = name.indexOf(words)
  if (at === 0) return 1
  if (at < 0) return null
  return /[\s,_\-/(]/.test(name.charAt(at - 1)) ? 2 : 3
}

/** Matching classes, best first, otherwise in order; all if nothing is typed. */
export function searchClasses<Entry extends Named>(
  classes: readonly Entry[],
  typed: string,
): readonly Entry[] {
  const words = typed.trim().toLowerCase()
  if (words === '') return classes
  const found: [number, Entry][] = []
  for (const entry of classes) {
    const place = rank(entry, words)
    if (place !== null) found.push([place, entry])
  }
  return found.sort((a, b) => a[0] - b[0]).map(([, entry]) => entry)
}
