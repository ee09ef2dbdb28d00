/** What a database holds besides rows: its tables, indexes, views and triggers, listed within limits and compared. */
import Database from 'better-sqlite3'

/** `type name`, and the SQL with normalized spaces. */
export type Schema = ReadonlyMap<string, string>

/** Far more than the program creates; anything beyond is refused. */
const most = { entries: 200, text: 20_000 }

interface Entry {
  type: string
  name: string
  owner: string
  sql: string | null
}

const levelled = ({ owner, sql }: Entry): string => `${owner}: ${(sql ?? '').replaceAll(/\s+/g, ' ').trim()}`

/** Reads nothing but the list of tables, indexes, views and triggers, and no more of it than `most`. */
export function schemaOf(db: Database.Database): Schema {
  const rows = db
    .prepare<[], Entry>(
      `SELECT substr(type, 1, 100) AS type, substr(name, 1, 100) AS name, substr(tbl_name, 1, 100) AS owner,
         substr(sql, 1, ${most.text}) AS sql FROM sqlite_schema LIMIT ${most.entries}`,
    )
    .all()
  return new Map(rows.map(row => [`${row.type} ${row.name}`, levelled(row)]))
}

const made = new Map<string, Schema>()

/** The schema that `make` creates in an empty database, cached by `key`. */
export function madeBy(key: string, make: (db: Database.Database) => void): Schema {
  const known = made.get(key)
  if (known) return known
  const db = new Database(':memory:')
  try {
    make(db)
    const schema = schemaOf(db)
    made.set(key, schema)
    return schema
  } finally {
    db.close()
  }
}

/** Describes the first difference of a schema, or null. */
export function differenceOf(found: Schema, wanted: Schema): string | null {
  for (const [name, sql] of found) {
    if (!wanted.has(name)) return `holds the ${name.slice(0, 100)}, which this program does not create`
    if (wanted.get(name) !== sql) return `holds the ${name} in a form that this program does not create`
  }
  for (const name of wanted.keys()) if (!found.has(name)) return `lacks the ${name}`
  return null
}

/** Whether a database has exactly the schema that `sql` creates. */
export const hasSchema = (db: Database.Database, sql: string): boolean =>
  differenceOf(
    schemaOf(db),
    madeBy(sql, empty => void empty.exec(sql)),
  ) === null

/** Whether a database is empty. */
export const isEmpty = (db: Database.Database): boolean => schemaOf(db).size === 0
