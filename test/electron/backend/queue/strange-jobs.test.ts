/** Jobs that this installation was not asked for: whatever the row says, they wait, and nothing outside is touched. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Job, JobRequest } from '../../../../core/contract/api/jobs.ts'
import { isOwnJob } from '../../../../core/project/job-mark.ts'
import { addJob, listJobs, updateJob } from '../../../../core/project/jobs.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import type { JobQueue } from '../../../../electron/backend/queue/index.ts'
import { key, startQueue } from './start-queue.ts'
import { annotating } from './studio.ts'
import { openOutside } from '../../../core/project/outside.ts'

let root: string
let project: Project
let queue: JobQueue | undefined
let told: Job[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relabel-strange-jobs-'))
  project = createProject(join(root, 'project'), { classes: [{ index: 0, name: 'cat' }] })
  told = []
})
afterEach(async () => {
  await queue?.close()
  queue = undefined
  project.close()
  rmSync(root, { recursive: true, force: true })
})

/** Begins the queue, and waits until it has nothing to do. */
async function begin(): Promise<JobQueue> {
  queue = startQueue({ project, emit: (name, data) => void (name === 'job' && told.push(data as Job)) })
  await queue.idle()
  return queue
}
function sql(text: string, ...values: unknown[]): void {
  const db = openOutside(join(project.dir, 'project.db'))
  db.prepare(text).run(...values)
  db.close()
}
const outside = (): string => join(root, 'outside')
const requests = (): JobRequest[] => [
  { kind: 'export', run: 'r1', best: false, out: outside(), force: true },
  { kind: 'import', split: 'train', dir: root },
  annotating(),
  { kind: 'score', annotation: 'a1' },
  { kind: 'train', recipe: { student: join(outside(), 'model.onnx') } },
  { kind: 'evaluate', run: 'r1', split: 'train' },
  { kind: 'self-test' },
]

/** What a row may carry in the place of the mark, by who could have written it. */
const marks: Record<string, (id: number) => string | null> = {
  'of a project from before marks, or of a stranger': () => null,
  'of another installation': id => {
    const other = addJob(project, { kind: 'self-test' }, 'another key')
    const db = openOutside(join(project.dir, 'project.db'))
    const mark = db.prepare<[number], string>('SELECT mark FROM jobs WHERE id = ?').pluck().get(other.id)!
    db.prepare('DELETE FROM jobs WHERE id = ?').run(other.id)
    db.close()
    return `${mark.slice(0, 63)}${id % 10}`
  },
  'that was copied from an own job': () => {
    const own = addJob(project, { kind: 'self-test' }, key)
    updateJob(project, own.id, { state: 'paused' })
    const db = openOutside(join(project.dir, 'project.db'))
    const mark = db.prepare<[number], string>('SELECT mark FROM jobs WHERE id = ?').pluck().get(own.id)!
    db.close()
    return mark
  },
  'that is far too long': () => 'a'.repeat(100_000),
}

describe('a job', () => {
  for (const [whose, mark] of Object.entries(marks))
    it(`${whose} is paused whatever its kind and state, and waits for a person`, async () => {
      writeFileSync(outside(), 'mine')
      const all = requests()
      const ids: number[] = []
      for (const state of ['queued', 'running', 'pausing', 'paused'])
        for (const request of all) {
          const { id } = addJob(project, request, 'a stranger')
          ids.push(id)
          sql('UPDATE jobs SET state = ?, mark = ? WHERE id = ?', state, mark(id), id)
        }
      const jobs = await begin()
      const found = jobs.list().filter(job => ids.includes(job.id))
      expect(found.map(job => job.state)).toEqual(ids.map(() => 'paused'))
      for (const job of found.slice(0, 3 * all.length)) expect(job.error).toMatchObject({ code: 'foreign' })
      expect(found[0]!.error!.message).toContain(`write the model of run r1 into ${outside()}`)
      expect(told).toEqual([])
      expect(readFileSync(outside(), 'utf8')).toBe('mine')
    })

  it('that a person resumes runs, and is an own one from then on', async () => {
    const { id } = addJob(project, { kind: 'self-test' }, 'a stranger')
    const jobs = await begin()
    expect(jobs.get(id).state).toBe('paused')
    jobs.resume(id)
    expect(isOwnJob(project, id, key)).toBe(true)
    await jobs.idle()
    expect(jobs.get(id)).toMatchObject({ state: 'done', error: null })
  })

  it('that has ended is not asked for any more, whoever sets it back', async () => {
    const { id } = addJob(project, { kind: 'self-test' }, key)
    const first = await begin()
    expect(first.get(id).state).toBe('done')
    await first.close()
    sql("UPDATE jobs SET state = 'queued' WHERE id = ?", id)
    expect((await begin()).get(id)).toMatchObject({ state: 'paused', error: { code: 'foreign' } })
  })

  it('of one’s own goes on in a copy of the project elsewhere', async () => {
    const { id } = addJob(project, { kind: 'self-test' }, key)
    project.close()
    cpSync(project.dir, join(root, 'copy'), { recursive: true })
    project = openProject(join(root, 'copy'))
    expect((await begin()).get(id).state).toBe('done')
  })

  it('that is slipped in while the queue is at work waits too', async () => {
    const jobs = await begin()
    sql(
      "INSERT INTO jobs (kind, state, place, created, request) VALUES ('self-test', 'queued', -9, '', '{\"kind\":\"self-test\"}')",
    )
    const { id } = jobs.add({ kind: 'self-test' })
    await jobs.idle()
    expect(jobs.list().map(job => [job.id === id, job.state])).toEqual([
      [false, 'paused'],
      [true, 'done'],
    ])
  })
})

describe('a row that is not a job', () => {
  const good = { kind: 'export', run: 'r1', best: false, out: '/x', force: true }
  const rows: Record<string, [kind: unknown, request: unknown]> = {
    'with a word too many': ['export', JSON.stringify({ ...good, more: 1 })],
    'with a word of another type': ['export', JSON.stringify({ ...good, force: 'yes' })],
    'without a path': ['export', JSON.stringify({ ...good, out: undefined })],
    'of two kinds': ['self-test', JSON.stringify(good)],
    'of no kind': ['rm', '{"kind":"rm"}'],
    'with a run that is a path': ['export', JSON.stringify({ ...good, run: '../../x' })],
    'that is no JSON': ['export', '{'],
    'that is deep': ['train', `{"kind":"train","recipe":${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}}`],
    'of bytes': ['export', Buffer.from(JSON.stringify(good))],
    'that is huge': ['export', JSON.stringify({ ...good, out: 'x'.repeat(5_000_000) })],
    'that is a number': ['export', 7],
    'with a prototype': ['export', '{"__proto__":{"kind":"export"},"kind":"export"}'],
  }
  for (const [what, [kind, request]] of Object.entries(rows))
    it(`${what} is left out and never runs`, async () => {
      sql(
        "INSERT INTO jobs (kind, state, place, created, request) VALUES (?, 'queued', -1, '', ?)",
        ...[kind, request],
      )
      expect(listJobs(project)).toEqual([])
      expect((await begin()).list()).toEqual([])
      expect(told).toEqual([])
    })

  it('does not keep the others', async () => {
    for (const [kind, request] of Object.values(rows))
      sql(
        "INSERT INTO jobs (kind, state, place, created, request) VALUES (?, 'queued', -1, '', ?)",
        ...[kind, request],
      )
    const { id } = addJob(project, { kind: 'self-test' }, key)
    expect((await begin()).list()).toMatchObject([{ id, state: 'done' }])
    expect(existsSync('/x')).toBe(false)
  })
})
