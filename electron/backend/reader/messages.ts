/** Messages between the backend and its reader threads. */
import type { WireError } from '../../../core/base/wire-error.ts'
import type { queries } from './queries.ts'

type Queries = typeof queries
export type QueryName = keyof Queries
/** The input of a query besides the project. */
export type QueryInput<Name extends QueryName> = Queries[Name] extends () => unknown
  ? undefined
  : Parameters<Queries[Name]>[1]
export type QueryOutput<Name extends QueryName> = Awaited<ReturnType<Queries[Name]>>

export interface ReaderData {
  dir: string
  /** Idle milliseconds before it reads ahead, because user actions have priority; null: it does not. */
  quiet: number | null
}

export interface ToReader {
  id: number
  name: QueryName
  input: unknown
}

export type FromReader =
  | ({ id: number } & ({ result: unknown } | { error: WireError }))
  /** What was found to be damaged since the last time, one sentence each. */
  | { damage: string[] }
