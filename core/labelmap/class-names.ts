/** Short names of classes: ImageNet's names are lists of synonyms. */

const synonymsOf = (name: string): string[] =>
  name
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)

/** Names that differ only by case would not be told apart on a screen. */
const folded = (name: string): string => name.normalize('NFC').toLowerCase()

/**
 * A short name for every class, all different but for case: the first synonym ("tench" for "tench, Tinca tinca"). Classes
 * that share it take the first synonym that no other class has ("tank suit" for "maillot, tank suit"); those that have
 * none and are still alike get their wnid, or else their number ("crane n02012849", "crane 517").
 */
export function shortNames(
  names: readonly string[],
  wnids: readonly (string | null | undefined)[] = [],
): string[] {
  const synonyms = names.map(synonymsOf)
  const uses = new Map<string, number>()
  for (const list of synonyms)
    for (const one of new Set(list.map(folded))) uses.set(one, (uses.get(one) ?? 0) + 1)
  const first = synonyms.map((list, c) => list[0] ?? names[c]!.trim())
  const alike = countsOf(first)
  const chosen = synonyms.map((list, c) =>
    alike.get(folded(first[c]!)) === 1
      ? first[c]!
      : (list.find(one => uses.get(folded(one)) === 1) ?? first[c]!),
  )
  const still = countsOf(chosen)
  const taken = new Set([...still.keys()].filter(name => still.get(name) === 1))
  return chosen.map((name, c) => {
    if (still.get(folded(name)) === 1 && name !== '') return name
    const wnid = wnids[c]
    for (const mark of [...(wnid ? [wnid] : []), `${c}`, `#${c}`]) {
      const marked = `${name} ${mark}`.trim()
      if (taken.has(folded(marked))) continue
      taken.add(folded(marked))
      return marked
    }
    return name
  })
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(folded(name), (counts.get(folded(name)) ?? 0) + 1)
  return counts
}
