/** The jobs of a project: what was asked for, how far it is, and how it ended. The queue decides; this only keeps. */
import { fail } from '../base/error.ts'
import type { Job, JobRequest } from '../contract/api/jobs.ts'
import { guarded, transaction } from './database/connection.ts'
import type { Project } from './database/handle.ts'

interface StoredJob {
  id: number
  kind: string
  state: string
  created: string
  started: string | null
  ended: string | null
  request: string
  progress: string | null
  error: string | null
  result: string | null
  annotation: string | null
  run: string | null
}

/** What may change of a job; what is not given stays. */
export type JobChange = Partial<
  Pick<Job, 'state' | 'started' | 'ended' | 'progress' | 'error' | 'result' | 'annotation' | 'run'>
> & { log?: readonly string[] }

const columns = 'id, kind, state, created, started, ended, request, progress, error, result, annotation, run'

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)

function rowOf(row: StoredJob): Job {
  return {
    ...row,
    kind: row.kind as Job['kind'],
    state: row.state as Job['state'],
    request: parsed(row.request) as JobRequest,
    progress: parsed(row.progress) as Job['progress'],
    error: parsed(row.error) as Job['error'],
    result: parsed(row.result),
  }
}

/** Adds a queued job behind all others. */
export function addJob(project: Project, request: JobRequest): Job {
  return transaction(project.db, () => {
    const { lastInsertRowid } = project.db
      .prepare(
        `INSERT INTO jobs (kind, state, place, created, request)
         VALUES (?, 'queued', (SELECT coalesce(max(place), 0) + 1 FROM jobs), ?, ?)`,
      )
      .run(request.kind, new Date().toISOString(), JSON.stringify(request))
    return getJob(project, Number(lastInsertRowid))
  })
}

/** All jobs that are not dismissed, oldest first. */
export function listJobs(project: Project): Job[] {
  return guarded(project.db.name, () =>
    project.db.prepare<[], StoredJob>(`SELECT ${columns} FROM jobs ORDER BY id`).all().map(rowOf),
  )
}

/** One job; fails with `not-found`. */
export function getJob(project: Project, id: number): Job {
  const row = guarded(project.db.name, () =>
    project.db.prepare<[number], StoredJob>(`SELECT ${columns} FROM jobs WHERE id = ?`).get(id),
  )
  return row ? rowOf(row) : fail('not-found', `there is no job ${id}; it was dismissed, perhaps`, { id })
}

/** The queued job whose turn it is. */
export function nextJob(project: Project): Job | undefined {
  const row = guarded(project.db.name, () =>
    project.db
      .prepare<[], StoredJob>(`SELECT ${columns} FROM jobs WHERE state = 'queued' ORDER BY place, id LIMIT 1`)
      .get(),
  )
  return row && rowOf(row)
}

/** The lines a job printed last. */
export function jobLog(project: Project, id: number): string[] {
  const row = guarded(project.db.name, () =>
    project.db.prepare<[number], { log: string }>('SELECT log FROM jobs WHERE id = ?').get(id),
  )
  if (!row) return fail('not-found', `there is no job ${id}; it was dismissed, perhaps`, { id })
  return row.log === '' ? [] : row.log.split('\n')
}

/** Changes a job and gives it as it is then; fails with `not-found`. */
export function updateJob(project: Project, id: number, change: JobChange): Job {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const values = given.map(([key, value]) => {
    if (key === 'log') return (value as string[]).map(line => line.replaceAll('\n', ' ')).join('\n')
    return key === 'progress' || key === 'error' || key === 'result' ? text(value) : (value as string | null)
  })
  if (given.length > 0)
    transaction(project.db, () => {
      const names = given.map(([key]) => `${key} = ?`).join(', ')
      project.db.prepare(`UPDATE jobs SET ${names} WHERE id = ?`).run(...values, id)
    })
  return getJob(project, id)
}

/** Counts that the program ended while a job ran; gives how often that was since somebody last asked for the job. */
export function countInterruption(project: Project, id: number): number {
  return transaction(project.db, () => {
    project.db.prepare('UPDATE jobs SET interruptions = interruptions + 1 WHERE id = ?').run(id)
    return project.db
      .prepare<[number], number>('SELECT interruptions FROM jobs WHERE id = ?')
      .pluck()
      .get(id)!
  })
}

/** Queues a job: `front` before all others (it was interrupted), `back` behind them (somebody asked for it). */
export function requeueJob(project: Project, id: number, where: 'front' | 'back'): Job {
  const place = where === 'front' ? 'min(place), 1) - 1' : 'max(place), 0) + 1'
  transaction(project.db, () =>
    project.db
      .prepare(
        `UPDATE jobs SET state = 'queued', ended = NULL, error = NULL,
           ${where === 'back' ? 'interruptions = 0,' : ''}
           place = (SELECT coalesce(${place} FROM jobs) WHERE id = ?`,
      )
      .run(id),
  )
  return getJob(project, id)
}

/** Takes a job off the list. */
export function removeJob(project: Project, id: number): void {
  transaction(project.db, () => project.db.prepare('DELETE FROM jobs WHERE id = ?').run(id))
}
