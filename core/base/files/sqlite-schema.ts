/** What a database holds besides rows: its tables, indexes, views and triggers, listed within limits and compared. */
import Database from 'better-sqlite3'

/** `type name`, and the SQL with its spaces levelled out. */
export type Schema = ReadonlyMap<string, string>

/** Far more than the program makes; what is beyond is strange whatever it is. */
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

/** The schema that `make` makes in an empty database; `key` tells it from others. */
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

/** What is strange about a schema, in words, or null. */
export function differenceOf(found: Schema, wanted: Schema): string | null {
  for (const [name, sql] of found) {
    if (!wanted.has(name)) return `holds the ${name.slice(0, 100)}, which this program does not create`
    if (wanted.get(name) !== sql) return `holds the ${name} in a form that this program does not create`
  }
  for (const name of wanted.keys()) if (!found.has(name)) return `lacks the ${name}`
  return null
}

/** Whether a database holds what `sql` makes and nothing else; an empty one holds nothing. */
export const hasSchema = (db: Database.Database, sql: string): boolean =>
  differenceOf(
    schemaOf(db),
    madeBy(sql, empty => void empty.exec(sql)),
  ) === null

/** Whether nothing was ever made in a database. */
export const isEmpty = (db: Database.Database): boolean => schemaOf(db).size === 0
