/** The images that a step of a person is about, in the temporary table `chosen`. */
import type { Selection } from '../../contract/api/browse.ts'
import type { Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { resolveFilter } from './filter-classes.ts'
import { whereOf, type SqlValue } from './filter-sql.ts'

/** Images of a line of the log. */
export const mostInLine = 5000

export function beginChoice(db: Db): void {
  db.exec('CREATE TEMP TABLE IF NOT EXISTS chosen (image INTEGER PRIMARY KEY)')
  db.exec('DELETE FROM temp.chosen')
}

export const countChosen = (db: Db): number =>
  db.prepare<[], number>('SELECT count(*) FROM temp.chosen').pluck().get()!

/** Adds the images of a selection. */
export function choose(project: Project, selection: Selection): void {
  const { db } = project
  const add = (ids: readonly number[], sql: string): unknown => db.prepare(sql).run(JSON.stringify(ids))
  if ('ids' in selection) {
    add(selection.ids, 'INSERT OR IGNORE INTO temp.chosen SELECT value FROM json_each(?)')
    return
  }
  const where = whereOf(db, resolveFilter(project, selection.query.filter))
  db.prepare<SqlValue[]>(`INSERT INTO temp.chosen SELECT image FROM browse WHERE ${where.sql}`).run(
    ...where.values,
  )
  add(selection.except, 'DELETE FROM temp.chosen WHERE image IN (SELECT value FROM json_each(?))')
}

/** Adds the images of some keys (`train/cat/0001.jpg`); those that the project lacks are left out. */
export function chooseKeys(db: Db, keys: readonly string[]): void {
  db.prepare(
    `INSERT OR IGNORE INTO temp.chosen SELECT images.id FROM json_each(?) AS wanted
     JOIN splits ON splits.name = substr(wanted.value, 1, instr(wanted.value, '/') - 1)
     JOIN images ON images.split = splits.id AND images.path = substr(wanted.value, instr(wanted.value, '/') + 1)`,
  ).run(JSON.stringify(keys))
}
