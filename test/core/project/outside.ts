/** Changing a closed project's database with another program, as the documents say: without the checksums it had. */
import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'

export function openOutside(file: string): Database.Database {
  rmSync(file.replace(/\.db$/, '.sum'), { force: true })
  return new Database(file)
}
