/** Inspects a project of unknown origin in a process that can be killed: whether its rows are small enough to be read. */
import { fail } from '../base/error.ts'
import { guarded } from './database/connection.ts'
import type { Project } from './database/handle.ts'

interface Limits {
  rows: number
  /** Total bytes of all columns below over all rows, because they are read into memory as a whole. */
  total?: number
  /** Bytes of a column in one row. */
  bytes: Readonly<Record<string, number>>
}

const million = 1_000_000

/** Far more than the program writes; tables without text or bytes are not listed. */
const limits: Readonly<Record<string, Limits>> = {
  meta: { rows: 1000, bytes: { key: 1000, value: million } },
  classes: {
    rows: million,
    total: 200 * million,
    bytes: { name: 10_000, wnid: 10_000, also: million, short: 10_000, colour: 1000, key: 1000 },
  },
  splits: { rows: 10_000, total: 100 * million, bytes: { name: 1000, folder: 100_000 } },
  images: {
    rows: 200 * million,
    bytes: { path: 10_000, truth: 10 * million, boxes: 50 * million, problem: million, sha256: 1000 },
  },
  annotations: {
    rows: 10_000,
    total: 400 * million,
    bytes: { config: 100 * million, manifest: 100 * million },
  },
  runs: { rows: 100_000, total: 400 * million, bytes: { config: 10 * million, metrics: 100 * million } },
  snapshots: { rows: 100_000, bytes: { id: 1000, content: 500 * million } },
  edits: { rows: 100 * million, bytes: { id: 1000, author: 10_000, content: 100 * million } },
  corrections: { rows: 200 * million, bytes: { layer: 100 * million } },
  views: { rows: 100_000, total: 100 * million, bytes: { name: 10_000, query: million } },
  jobs: {
    rows: 10_000,
    total: 400 * million,
    bytes: { request: 4 * million, result: 4 * million, log: 4 * million },
  },
  browse_names: { rows: million, bytes: { keys: 100 * million } },
}

/** Throws `bad-project`, naming the table, if it contains more than the program ever writes. */
export function requireReadable(project: Project): void {
  for (const [table, limit] of Object.entries(limits)) requireLimits(project, table, limit)
}

function requireLimits({ db }: Project, table: string, { rows, total, bytes }: Limits): void {
  const columns = Object.keys(bytes)
  const each = columns.map(column => `coalesce(max(octet_length(${column})), 0) AS ${column}`)
  const sum = columns.map(column => `coalesce(octet_length(${column}), 0)`).join(' + ')
  const found = guarded(db.name, () =>
    db
      .prepare<[], Record<string, number>>(
        `SELECT count(*) AS "all rows", total(${sum}) AS "all bytes", ${each.join(', ')} FROM ${table}`,
      )
      .get(),
  )!
  const refuse = (what: string): never =>
    fail('bad-project', `${db.name} is not opened: ${what}, more than any project has`, {
      file: db.name,
      table,
    })
  if (found['all rows']! > rows) refuse(`its table "${table}" has ${found['all rows']} rows`)
  if (found['all bytes']! > (total ?? Infinity))
    refuse(`its table "${table}" holds ${found['all bytes']} bytes`)
  for (const [column, most] of Object.entries(bytes))
    if (found[column]! > most)
      refuse(`a row of its table "${table}" has ${found[column]} bytes of "${column}"`)
}
