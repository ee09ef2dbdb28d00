/**
 * The queue with real child processes on a tiny project: order, pausing, cancelling, crashes, and what is left behind.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Job } from '../../../../core/contract/api/jobs.ts'
import { openLabelMaps } from '../../../../core/labelmap/files/index.ts'
import { getAnnotation } from '../../../../core/project/annotations.ts'
import { browsedAnnotation } from '../../../../core/project/browse/measures.ts'
import { openProject, type Project } from '../../../../core/project/project.ts'
import { getRun, listRuns } from '../../../../core/project/runs.ts'
import type { JobQueue } from '../../../../electron/backend/queue/index.ts'
import { startQueue } from './start-queue.ts'
import { annotating, makeTemplate, training, until, type Template } from './studio.ts'

let template: Template
beforeAll(async () => {
  template = await makeTemplate()
})
afterAll(() => template.remove())

let project: Project
let queue: JobQueue
let told: Job[]
let changes: string[]
const open = (dir: string): void => {
  project = openProject(dir)
  told = []
  changes = []
  queue = startQueue({
    project,
    emit: (name, data) => void (name === 'job' && told.push(data as Job)),
    changed: what => changes.push(what),
  })
}
beforeEach(() => open(template.copy()))
afterEach(async () => {
  await queue.close()
  project.close()
})

const ended = async (id: number): Promise<Job> => {
  await queue.idle()
  return queue.get(id)
}
const workerOf = (id: number): number => {
  const lines = queue.log(id).flatMap(line => /process (\d+)/.exec(line)?.[1] ?? [])
  return Number(lines.at(-1))
}
/** A run long enough to be stopped in its middle. */
const long = training({ epochs: 4000, schedule: { warmupEpochs: 0 }, valSplit: null })
const isTraining = (job: Job): boolean => job.progress?.phase === 'train' && job.progress.done > 5

describe('the queue', () => {
  it('runs one job after another, oldest first, and tells of each', async () => {
    const ids = [
      queue.add(annotating()),
      queue.add(training({ supervision: 'relabel' })),
      queue.add({ kind: 'self-test' }),
    ].map(job => job.id)
    await queue.idle()
    const all = queue.list()
    // The measures are queued behind the annotation by themselves.
    expect(all.map(job => job.kind)).toEqual(['annotate', 'train', 'self-test', 'score'])
    expect(all.map(job => job.state)).toEqual(['done', 'done', 'done', 'done'])
    for (const [i, job] of all.entries()) if (i > 0) expect(job.started! >= all[i - 1]!.ended!).toBe(true)
    expect(told.filter(job => job.id === ids[0]).map(job => job.state)).toEqual([
      'queued',
      'running',
      'running',
      'done',
    ])
    expect(all[0]).toMatchObject({ annotation: 'a1', result: { annotated: 40, skipped: [] }, error: null })
    expect(browsedAnnotation(project)).toBe('a1')
    expect(all[1]).toMatchObject({ run: 'r1', result: { run: 'r1', steps: 8 } })
    expect(listRuns(project).map(run => run.status)).toEqual(['done'])
    expect(changes).toContain('project')
  })

  it('pauses a run at a checkpoint, and goes on with it', async () => {
    const { id } = queue.add(long)
    await until(queue, id, isTraining)
    expect(queue.pause(id).state).toBe('pausing')
    const paused = await until(queue, id, job => job.state === 'paused')
    const done = paused.progress!.done
    expect(getRun(project, 'r1').status).toBe('stopped')
    expect(existsSync(join(getRun(project, 'r1').dir, 'checkpoints'))).toBe(true)
    expect(queue.running()).toBeNull()

    queue.resume(id)
    await until(queue, id, job => job.state === 'running' && isTraining(job) && job.progress!.done > done)
    expect(listRuns(project)).toHaveLength(1)
    queue.cancel(id)
    expect(await ended(id)).toMatchObject({ state: 'cancelled', ended: expect.any(String) })
  })

  it('lets a queued job wait, and takes ended ones off the list', async () => {
    const first = queue.add(long)
    const second = queue.add({ kind: 'self-test' })
    const third = queue.add({ kind: 'self-test' })
    expect(queue.pause(second.id).state).toBe('paused')
    expect(queue.cancel(third.id)).toMatchObject({ state: 'cancelled' })
    expect(() => queue.dismiss(first.id)).toThrow(/cannot be dismissed before it has ended/)
    await queue.dismiss(third.id)
    expect(queue.list().map(job => job.id)).toEqual([first.id, second.id])
    expect(() => queue.get(third.id)).toThrow(/no job/)
    await until(queue, first.id, isTraining)
    queue.cancel(first.id)
    await queue.dismiss(first.id) // its process is still ending
    expect(queue.list().map(job => job.id)).toEqual([second.id])
    expect(queue.get(second.id).state).toBe('paused')
    queue.resume(second.id)
    expect(await ended(second.id)).toMatchObject({ state: 'done', result: { ok: true } })
  })

  it('makes a job of a killed worker a failed one with its log, and goes on', async () => {
    const { id } = queue.add(long)
    const next = queue.add({ kind: 'self-test' })
    await until(queue, id, isTraining)
    process.kill(workerOf(id), 'SIGKILL')
    const failed = await until(queue, id, job => job.state === 'failed')
    expect(failed.error).toMatchObject({
      message: expect.stringMatching(/SIGKILL/),
      detail: { signal: 'SIGKILL' },
    })
    expect(failed.error!.log.join('\n')).toMatch(/train: process \d+[^]*killed by SIGKILL/)
    expect(getRun(project, 'r1').status).toBe('failed')
    expect((await ended(next.id)).state).toBe('done')

    queue.retry(id)
    await until(queue, id, isTraining)
    expect(listRuns(project)).toHaveLength(1) // the same run goes on
  })

  it('refuses what cannot work before it is queued', () => {
    expect(() => queue.add(annotating({ model: '/nowhere.onnx' }))).toThrow(/nowhere.onnx does not exist/)
    expect(() => queue.add(annotating({ split: 'other' }))).toThrow(/no split "other"/)
    expect(() => queue.add(training({ student: 'nobody' }))).toThrow(/there is no student nobody/)
    expect(() => queue.add(training({ epochs: -1 }))).toThrow(/epochs/)
    expect(() => queue.add({ kind: 'evaluate', run: 'r9', split: 'test' })).toThrow(/no run "r9"/)
    expect(() => queue.add({ kind: 'score', annotation: 'a9' })).toThrow(/no annotation "a9"/)
    expect(queue.list()).toEqual([])
  })

  it('fails with the reason where a job itself cannot go on', async () => {
    const { id } = queue.add(training({ supervision: 'relabel' }))
    const job = await ended(id)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'not-found' } })
    expect(job.error!.message).toMatch(/no finished annotation/)
    expect(listRuns(project)).toEqual([])
  })

  it('pauses the running job when it is closed, and keeps the others queued', async () => {
    const { id } = queue.add(long)
    const next = queue.add({ kind: 'self-test' })
    await until(queue, id, isTraining)
    await queue.close()
    expect(queue.get(id).state).toBe('paused')
    expect(() => queue.add(long)).toThrow(/being closed/)
    const { dir } = project
    project.close()
    open(dir)
    expect(await ended(next.id)).toMatchObject({ state: 'done' })
    expect(queue.get(id).state).toBe('paused')
  })

  it('shows the jobs of a project that can only be read', async () => {
    const { id } = queue.add({ kind: 'self-test' })
    await ended(id)
    const readonly = openProject(project.dir, { readonly: true })
    const other = startQueue({ project: readonly, emit: () => {} })
    expect(other.list()).toMatchObject([{ id, state: 'done' }])
    expect(() => other.add({ kind: 'self-test' })).toThrow(/reading only/)
    await other.close()
    readonly.close()
  })
})

describe('an annotation', () => {
  it('is paused with its maps in order, and finished later', async () => {
    // One image at a time through a large input takes long enough to be stopped.
    const { id } = queue.add(annotating({ size: 960, batch: 1 }))
    await until(queue, id, job => job.progress?.phase === 'annotate' && job.progress.done >= 2)
    queue.pause(id)
    await until(queue, id, job => job.state === 'paused')
    const row = getAnnotation(project, 'a1')
    const before = await openLabelMaps(row.dir)
    expect(before.count).toBeGreaterThanOrEqual(2)
    expect(before.count).toBeLessThan(40)
    const kept = before.count
    await before.close()
    queue.resume(id)
    expect(await ended(id)).toMatchObject({
      state: 'done',
      annotation: 'a1',
      result: { before: kept, annotated: 40 - kept },
    })
  })
})
