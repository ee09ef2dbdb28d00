/** Stores the jobs of a project: requests, progress and results. The queue makes the decisions. */
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { hasEnded } from '../contract/job-state.ts'
import { job, type Job, type JobRequest } from '../contract/api/jobs.ts'
import { guarded, transaction } from './database/connection.ts'
import type { Project } from './database/handle.ts'
import { json, parseRow, parseRows, tryRow, type Table } from './database/rows.ts'
import { markJob } from './job-mark.ts'

/** Limits for text in a row (bytes), rows of a list, and nesting of JSON; this program never writes more. */
const most = { text: 4_000_000, rows: 10_000, levels: 64 }

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every(part => isShallow(part, levels - 1)))
const shallow = json.refine(value => isShallow(value, most.levels), { message: 'is nested too deep' })

/** A row whose request violates the contract's schema is invalid. */
const stored = z
  .object({
    ...job.shape,
    id: z.int().min(1),
    request: shallow.pipe(job.shape.request),
    progress: shallow.nullable().pipe(job.shape.progress),
    error: shallow.nullable().pipe(job.shape.error),
    result: shallow.nullable(),
  })
  .refine(({ kind, request }) => kind === request.kind, {
    path: ['kind'],
    message: 'is not that of the request',
  })
const table: Table<Job> = { name: 'jobs', key: 'id', row: stored }

/** The changeable fields of a job; omitted fields stay. */
export type JobChange = Partial<
  Pick<Job, 'state' | 'started' | 'ended' | 'progress' | 'error' | 'result' | 'annotation' | 'run'>
> & { log?: readonly string[] }

const bounded = (column: string): string =>
  `iif(octet_length(${column}) <= ${most.text}, ${column}, NULL) AS ${column}`
const columns = `id, kind, state, created, started, ended, annotation, run,
  ${['request', 'progress', 'error', 'result'].map(bounded).join(', ')}`

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)

/** Adds a job at the end of the queue; `key` is that of this installation, which was asked for it. */
export function addJob(project: Project, request: JobRequest, key: string): Job {
  return transaction(project.db, () => {
    const { lastInsertRowid } = project.db
      .prepare(
        `INSERT INTO jobs (kind, state, place, created, request)
         VALUES (?, 'queued', (SELECT coalesce(max(place), 0) + 1 FROM jobs), ?, ?)`,
      )
      .run(request.kind, new Date().toISOString(), JSON.stringify(request))
    const id = Number(lastInsertRowid)
    markJob(project, id, key)
    return getJob(project, id)
  })
}

/** All jobs that are not dismissed and can be read, oldest first. */
export function listJobs(project: Project): Job[] {
  const { db } = project
  return guarded(db.name, () =>
    parseRows(db, table, db.prepare(`SELECT ${columns} FROM jobs ORDER BY id LIMIT ${most.rows}`).iterate()),
  )
}

/** One job; fails with `not-found`, or `bad-project` for a bad row. */
export function getJob(project: Project, id: number): Job {
  const row = guarded(project.db.name, () =>
    project.db.prepare<[number]>(`SELECT ${columns} FROM jobs WHERE id = ?`).get(id),
  )
  if (row === undefined) return fail('not-found', `there is no job ${id}; it was dismissed, perhaps`, { id })
  return parseRow(project.db, table, row)
}

/** The next queued job; unreadable ones are skipped. */
export function nextJob({ db }: Project): Job | undefined {
  const queued = db.prepare(
    `SELECT ${columns} FROM jobs WHERE state = 'queued' ORDER BY place, id LIMIT ${most.rows}`,
  )
  return guarded(db.name, () => {
    for (const row of queued.iterate()) {
      const next = tryRow(db, () => parseRow(db, table, row))
      if (next) return next
    }
    return undefined
  })
}

/** The last lines that a job printed. */
export function jobLog(project: Project, id: number): string[] {
  const row = guarded(project.db.name, () =>
    project.db.prepare<[number], { log: string }>('SELECT log FROM jobs WHERE id = ?').get(id),
  )
  if (!row) return fail('not-found', `there is no job ${id}; it was dismissed, perhaps`, { id })
  return row.log === '' ? [] : row.log.split('\n')
}

/** Changes a job and returns it; fails with `not-found`. */
export function updateJob(project: Project, id: number, change: JobChange): Job {
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const values = given.map(([key, value]) => {
    if (key === 'log') return (value as string[]).map(line => line.replaceAll('\n', ' ')).join('\n')
    return key === 'progress' || key === 'error' || key === 'result' ? text(value) : (value as string | null)
  })
  if (given.length > 0)
    transaction(project.db, () => {
      // A finished job runs again only if somebody asks for it.
      const unmarked = change.state && hasEnded({ state: change.state }) ? ['mark = NULL'] : []
      const names = [...given.map(([key]) => `${key} = ?`), ...unmarked].join(', ')
      project.db.prepare(`UPDATE jobs SET ${names} WHERE id = ?`).run(...values, id)
    })
  return getJob(project, id)
}

/** Counts an interruption of a job by the end of the program; returns the count since somebody last asked for the job. */
export function countInterruption(project: Project, id: number): number {
  return transaction(project.db, () => {
    project.db.prepare('UPDATE jobs SET interruptions = interruptions + 1 WHERE id = ?').run(id)
    return project.db
      .prepare<[number], number>('SELECT interruptions FROM jobs WHERE id = ?')
      .pluck()
      .get(id)!
  })
}

/** Puts an interrupted job at the front of the queue. */
export function requeueFirst(project: Project, id: number): Job {
  transaction(project.db, () =>
    project.db
      .prepare(
        `UPDATE jobs SET state = 'queued', ended = NULL, error = NULL,
           place = (SELECT coalesce(min(place), 1) - 1 FROM jobs) WHERE id = ?`,
      )
      .run(id),
  )
  return getJob(project, id)
}

/** Puts a job at the end of the queue because a person asked this installation, whose key is `key`. */
export function requeueLast(project: Project, id: number, key: string): Job {
  transaction(project.db, () => {
    project.db
      .prepare(
        `UPDATE jobs SET state = 'queued', ended = NULL, error = NULL, interruptions = 0,
           place = (SELECT coalesce(max(place), 0) + 1 FROM jobs) WHERE id = ?`,
      )
      .run(id)
    markJob(project, id, key)
  })
  return getJob(project, id)
}

/** Removes a job from the list. */
export function removeJob(project: Project, id: number): void {
  transaction(project.db, () => project.db.prepare('DELETE FROM jobs WHERE id = ?').run(id))
}
