/** The table of jobs: turns, changes, and what is kept. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Job } from '../../../core/contract/api/jobs.ts'
import {
  addJob,
  getJob,
  jobLog,
  listJobs,
  nextJob,
  removeJob,
  requeueFirst,
  requeueLast,
  updateJob,
} from '../../../core/project/jobs.ts'
import { createProject, openProject, type Project } from '../../../core/project/project.ts'

const key = 'a key'
let root: string
let project: Project
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'relabel-jobs-'))
  project = createProject(join(root, 'p'), { classes: [{ index: 0, name: 'a' }] })
})
afterAll(() => {
  project.close()
  rmSync(root, { recursive: true, force: true })
})

it('keeps jobs in the order in which it is their turn', () => {
  const test = { kind: 'self-test' } as const
  const [a, b, c] = [1, 2, 3].map(() => addJob(project, test, key)) as [Job, Job, Job]
  expect(nextJob(project)?.id).toBe(a.id)
  updateJob(project, a.id, { state: 'paused' })
  expect(nextJob(project)?.id).toBe(b.id)
  requeueLast(project, a.id, key)
  expect(nextJob(project)?.id).toBe(b.id)
  updateJob(project, b.id, { state: 'done' })
  requeueFirst(project, a.id)
  expect(nextJob(project)?.id).toBe(a.id)
  requeueFirst(project, b.id)
  expect(nextJob(project)?.id).toBe(b.id)
  removeJob(project, b.id)
  expect(nextJob(project)?.id).toBe(a.id)
  expect(listJobs(project).map(job => job.id)).toEqual([a.id, c.id])
  expect(() => getJob(project, b.id)).toThrow(/no job/)
  for (const { id } of [a, c]) removeJob(project, id)
  expect(nextJob(project)).toBeUndefined()
})

it('keeps everything that is said of a job, also across a restart', () => {
  const request = {
    kind: 'export',
    run: 'r1',
    best: true,
    out: "/o'; DROP TABLE jobs; --",
    force: false,
  } as const
  const { id } = addJob(project, request, key)
  const error = { code: 'disk', message: 'full', detail: { file: 'x' }, log: ['a', 'b'] }
  const change = { state: 'failed', started: '2026-01-01T00:00:00.000Z', error, run: 'r1' } as const
  updateJob(project, id, {
    ...change,
    log: ['one', 'two\nlines'],
    progress: { phase: 'p', done: 1, total: 2 },
  })
  project.close()
  project = openProject(join(root, 'p'))
  const job = getJob(project, id)
  expect(job).toMatchObject({ ...change, request, progress: { phase: 'p', done: 1, total: 2 }, result: null })
  expect(jobLog(project, id)).toEqual(['one', 'two lines'])
  expect(requeueLast(project, id, key)).toMatchObject({
    state: 'queued',
    error: null,
    started: change.started,
  })
  expect(updateJob(project, id, {})).toMatchObject({ state: 'queued' })
})
