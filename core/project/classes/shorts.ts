/** Short names: those that a person gave, else the first synonym; no two classes in use have the same. */
import { shortNames } from '../../labelmap/class-names.ts'
import type { StoredClass } from '../database/classes.ts'

/** [classes]. A name given by a person goes first; a later class with a taken name gets its number behind it. */
export function effectiveShorts(rows: readonly StoredClass[]): string[] {
  const defaults = shortNames(
    rows.map(row => row.name),
    rows.map(row => row.wnid ?? undefined),
  )
  const found = rows.map((row, i) => row.short ?? defaults[i]!)
  if (rows.every(row => row.short === null)) return found
  const taken = new Set<string>()
  const ranks = [
    (row: StoredClass) => row.merged === null && row.short !== null,
    (row: StoredClass) => row.merged === null && row.short === null,
    (row: StoredClass) => row.merged !== null,
  ]
  for (const isNext of ranks)
    rows.forEach((row, i) => {
      if (!isNext(row)) return
      if (taken.has(found[i]!.toLowerCase())) found[i] += ` #${i}`
      taken.add(found[i]!.toLowerCase())
    })
  return found
}
