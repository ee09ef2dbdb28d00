/** Normalizes keys and search texts for comparison: ignores case, and treats a line break as a space. */
import type { Database } from 'better-sqlite3'

export const foldText = (text: string): string => text.toLowerCase().replaceAll('\n', ' ')

/** Registers `fold` in SQL, because SQLite only folds ASCII letters. */
export function addFoldText(db: Database): void {
  db.function('fold', { deterministic: true }, text => foldText(String(text)))
}
