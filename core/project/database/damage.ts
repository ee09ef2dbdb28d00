/** What was found to be damaged through a connection: remembered, and told to whoever listens. */
import type { Database } from 'better-sqlite3'

interface Noted {
  messages: Set<string>
  listener: () => void
}

/** Findings that are remembered of a connection; more would tell nobody more. */
const most = 100
const noted = new WeakMap<Database, Noted>()

function notedOf(db: Database): Noted {
  const known = noted.get(db) ?? { messages: new Set(), listener: () => undefined }
  noted.set(db, known)
  return known
}

/** Remembers findings, one sentence each, once each. */
export function noteDamage(db: Database, ...messages: readonly string[]): void {
  const known = notedOf(db)
  const before = known.messages.size
  for (const message of messages) if (known.messages.size < most) known.messages.add(message)
  if (known.messages.size > before) known.listener()
}

/** What was found so far, one sentence each; at most a hundred. */
export const damageNoted = (db: Database): string[] => [...(noted.get(db)?.messages ?? [])]

/** `listener` is called when there is more of it, in the middle of what finds it. */
export function listenToDamage(db: Database, listener: () => void): void {
  notedOf(db).listener = listener
}
