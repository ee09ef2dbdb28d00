/**
 * Checks that a database has exactly the tables, indexes and triggers that the program creates, because others could
 * run with every query.
 */
import type Database from 'better-sqlite3'
import { fail } from '../../base/error.ts'
import { differenceOf, madeBy, schemaOf } from '../../base/files/sqlite-schema.ts'
import { addFoldText } from './fold-text.ts'
import { migrations } from './schema.ts'

/**
 * Compares a database with the schema of the migrations up to `version`. Call it before any other query.
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
      `${file} is not opened: it ${difference}, and extra objects in a database can run with every query. Ask whoever made the project, or remove it with an SQLite tool if it is yours`,
      { file, difference },
    )
}
