/** Which jobs this installation was asked for: a mark in the job's row that nobody without the installation's key can make. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { guarded } from './database/connection.ts'
import type { Project } from './database/handle.ts'

interface Marked {
  kind: string
  request: string
  mark: string | null
}

/** The mark of a job: it holds for this id, kind and request only, in whatever folder the project lies. */
function markOf(key: string, id: number, { kind, request }: Pick<Marked, 'kind' | 'request'>): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([id, kind, request]))
    .digest('hex')
}

const read = (project: Project, id: number): Marked | undefined =>
  guarded(project.db.name, () =>
    project.db
      .prepare<[number], Marked>('SELECT kind, request, substr(mark, 1, 100) AS mark FROM jobs WHERE id = ?')
      .get(id),
  )

/** Says that a person asked this installation for a job. To be called in the transaction that queues it. */
export function markJob(project: Project, id: number, key: string): void {
  const row = read(project, id)
  if (row) project.db.prepare('UPDATE jobs SET mark = ? WHERE id = ?').run(markOf(key, id, row), id)
}

/** Whether this installation was asked for a job that has not ended since. */
export function isOwnJob(project: Project, id: number, key: string): boolean {
  const row = read(project, id)
  if (!row || typeof row.mark !== 'string') return false
  const [found, wanted] = [Buffer.from(row.mark), Buffer.from(markOf(key, id, row))]
  return found.length === wanted.length && timingSafeEqual(found, wanted)
}
