/** Saved views: queries with a name. */
import { z } from 'zod'
import { fail } from '../../base/error.ts'
import { imageQuery, type ImageQuery, type SavedView } from '../../contract/api/browse.ts'
import { guarded, transaction } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { json, parseRows, type Table } from '../database/rows.ts'

/** Far more than anyone would look through. */
const mostViews = 1000

const stored = z.object({ id: z.int().min(1), name: z.string(), query: json.pipe(imageQuery) })
const table: Table<SavedView> = { name: 'views', key: 'id', row: stored }

/** By name; views that this program cannot read are left out, because a project may come from anywhere. */
export function listViews(project: Project): SavedView[] {
  return guarded(project.db.name, () =>
    parseRows(
      project.db,
      table,
      project.db.prepare(`SELECT id, name, query FROM views ORDER BY name LIMIT ${mostViews}`).all(),
    ),
  )
}

/** Saves a view; an existing view of that name is replaced. */
export function saveView(project: Project, name: string, query: ImageQuery): SavedView[] {
  transaction(project.db, () => {
    const { db } = project
    const known = db.prepare('SELECT 1 FROM views WHERE name = ?').get(name)
    const count = db.prepare<[], number>('SELECT count(*) FROM views').pluck().get()!
    if (!known && count >= mostViews)
      fail('usage', `there are ${mostViews} saved views already; remove some first`)
    db.prepare(
      'INSERT INTO views (name, query) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET query = excluded.query',
    ).run(name, JSON.stringify(query))
  })
  return listViews(project)
}

/** Removes a view; fails with `not-found`. */
export function removeView(project: Project, id: number): SavedView[] {
  transaction(project.db, () => {
    if (project.db.prepare('DELETE FROM views WHERE id = ?').run(id).changes === 0)
      fail('not-found', `there is no saved view with the id ${id}`, { id })
  })
  return listViews(project)
}
