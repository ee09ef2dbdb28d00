/** Whether a database holds exactly the tables, indexes and triggers that the program makes: strange ones would run with every query. */
import type Database from 'better-sqlite3'
import { fail } from '../../base/error.ts'
import { differenceOf, madeBy, schemaOf } from '../../base/files/sqlite-schema.ts'
import { addFoldText } from './fold-text.ts'
import { migrations } from './schema.ts'

/**
 * Compares a database with what the migrations up to `version` make. To be called before any other query.
 * Throws `bad-project`, naming the first difference.
 */
export function requireOwnSchema(db: Database.Database, file: string, version: number): void {
  const wanted = madeBy(`project ${version}`, empty => {
    addFoldText(empty)
    for (const step of migrations.slice(0, version)) empty.exec(step)
  })
  const difference = differenceOf(schemaOf(db), wanted)
  if (difference !== null)
    fail(
      'bad-project',
      `${file} is not opened: it ${difference}, and what a database holds besides the program's own tables can run with every query. Ask whoever made the project, or remove it with a tool for SQLite if it is yours`,
      { file, difference },
    )
}
