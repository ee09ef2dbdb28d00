/** What the backend and its reading threads say to each other. */
import type { WireError } from '../../../core/base/wire-error.ts'
import type { queries } from './queries.ts'

type Queries = typeof queries
export type QueryName = keyof Queries
/** What a query takes besides the project. */
export type QueryInput<Name extends QueryName> = Queries[Name] extends () => unknown
  ? undefined
  : Parameters<Queries[Name]>[1]
export type QueryOutput<Name extends QueryName> = Awaited<ReturnType<Queries[Name]>>

export interface ReaderData {
  dir: string
  /** Milliseconds without a question before it reads ahead: the processor belongs to what a person does. */
  quiet: number
}

export interface ToReader {
  id: number
  name: QueryName
  input: unknown
}

export type FromReader = { id: number } & ({ result: unknown } | { error: WireError })
