/**
 * Marks the jobs that this installation was asked for: nobody without the installation's key can make the mark in a
 * job's row.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { guarded } from './database/connection.ts'
import type { Project } from './database/handle.ts'

interface Marked {
  kind: string
  request: string
  mark: string | null
}

/** The mark of a job: valid only for this id, kind and request, wherever the project is. */
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

/** Records that a person asked this installation for a job. Call it in the transaction that queues the job. */
export function markJob(project: Project, id: number, key: string): void {
  const row = read(project, id)
  if (row) project.db.prepare('UPDATE jobs SET mark = ? WHERE id = ?').run(markOf(key, id, row), id)
}

/** Whether this installation was asked for the job, and the job has not ended since. */
export function isOwnJob(project: Project, id: number, key: string): boolean {
  const row = read(project, id)
  if (!row || typeof row.mark !== 'string') return false
  const [found, wanted] = [Buffer.from(row.mark), Buffer.from(markOf(key, id, row))]
  return found.length === wanted.length && timingSafeEqual(found, wanted)
}
