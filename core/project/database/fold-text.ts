/** How keys and search texts are compared: whatever their case, a line break like a space. */
import type { Database } from 'better-sqlite3'

export const foldText = (text: string): string => text.toLowerCase().replaceAll('\n', ' ')

/** Makes `fold` known to SQL, which knows only the case of ASCII letters. */
export function addFoldText(db: Database): void {
  db.function('fold', { deterministic: true }, text => foldText(String(text)))
}
