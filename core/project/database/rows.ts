/** Parses rows where they leave the database: an invalid row is reported by name and affects nothing else. */
import { z } from 'zod'
import { RelabelError } from '../../base/error.ts'
import type { Db } from './connection.ts'
import { noteDamage } from './damage.ts'

/** JSON in a text column. */
export const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' })
    return z.NEVER
  }
})

/** The integer in a row's column, for naming the row; −1 if there is none. */
const keyIn = (row: unknown, column: string): string => {
  const value = (row as Record<string, unknown> | null)?.[column]
  return typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 200) : 'unknown'
}

/** Identifies a row: its table, and the column that names it. */
export interface Table<T> {
  name: string
  key: string
  row: z.ZodType<T>
}

/** The error for an invalid row; does not throw. */
export function rowError(db: Db, table: string, key: string, column: string, reason: string): RelabelError {
  return new RelabelError(
    'bad-project',
    `${db.name}: row ${key} of the table "${table}" cannot be used: ${column} ${reason}; "relabel project check" lists all damage, "relabel project restore" brings back a copy`,
    { file: db.name, table, key, column, reason, damaged: true },
  )
}

/** One row. Throws `bad-project`, naming table, key, column and reason, and notes it. */
export function parseRow<T>(db: Db, table: Table<T>, row: unknown): T {
  const parsed = table.row.safeParse(row)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const column = issue?.path.map(String).join('.') || 'its content'
  const error = rowError(db, table.name, keyIn(row, table.key), column, issue?.message ?? 'is wrong')
  noteDamage(db, error.message)
  throw error
}

/** The valid rows; the problems of the others are recorded. */
export function parseRows<T>(db: Db, table: Table<T>, rows: Iterable<unknown>): T[] {
  const good: T[] = []
  for (const row of rows) {
    const parsed = tryRow(db, () => parseRow(db, table, row))
    if (parsed !== undefined) good.push(parsed)
  }
  return good
}

/** The result of `read` for a row; undefined if the row is invalid, which is recorded. */
export function tryRow<T>(db: Db, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RelabelError) || error.code !== 'bad-project') throw error
    noteDamage(db, error.message)
    return undefined
  }
}
