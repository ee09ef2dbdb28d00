/**
 * Fifty kills (SIGKILL) at random moments, alternately of the backend and of its job worker, while edits are made and
 * label maps are written: every acknowledged edit and every finished label map is there afterwards, and the project
 * opens.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job } from '../../../../core/contract/api/jobs.ts'
import type { ProjectInfo } from '../../../../core/contract/api/project.ts'
import type { CorrectionState } from '../../../../core/contract/api/corrections.ts'
import { random } from '../../../../core/base/random.ts'
import { openLabelMaps } from '../../../../core/labelmap/files/index.ts'
import { seedSample } from '../../../e2e/template.ts'
import { startHost, type Host } from './host.ts'

const kills = 50
const dir = mkdtempSync(join(tmpdir(), 'relabel-chaos-'))
const socket = join(dir, 'backend.sock')
const draw = random(Number(process.env['CHAOS_SEED'] ?? 7))
let host: Host
let project: ProjectInfo

beforeAll(async () => {
  await seedSample(dir)
  host = await startHost(dir, socket)
  project = await host.call<ProjectInfo>('project.openSample')
  await host.call('jobs.add', annotateRequest('val', 64))
  await ended(host)
})
afterAll(async () => {
  await host.kill()
  rmSync(dir, { recursive: true, force: true })
})

/** `size` makes each annotation another one. */
function annotateRequest(split: string, size: number): object {
  return {
    kind: 'annotate',
    request: {
      model: join(project.dir, 'digit-annotator.onnx'),
      classes: null,
      split,
      size,
      resize: 'squash',
      mean: [0.25, 0.25, 0.25],
      std: [0.2, 0.2, 0.2],
      topK: 5,
      batch: 4,
      logits: 'fp16',
      provider: null,
      threads: 1,
      workers: 1,
      acceptApproximation: false,
    },
  }
}

const list = (of: Host): Promise<Job[]> => of.call<Job[]>('jobs.list')
const open = (job: Job): boolean => ['queued', 'running', 'pausing', 'paused'].includes(job.state)

/** Waits until no job is left to do. */
async function ended(of: Host): Promise<Job[]> {
  for (;;) {
    const jobs = await list(of)
    if (!jobs.some(open)) return jobs
    await sleep(100)
  }
}

/** There is always an annotation being written: failed ones go on, and the next one is queued behind the last. */
let next = 0
async function keepAnnotating(of: Host): Promise<void> {
  const jobs = await list(of)
  for (const job of jobs)
    if (job.state === 'failed') await of.call('jobs.retry', { id: job.id })
    else if (job.state === 'paused') await of.call('jobs.resume', { id: job.id })
  if (!jobs.some(job => job.kind === 'annotate' && open(job)))
    await of.call('jobs.add', annotateRequest('train', 192 + 8 * next++))
}

/** Edits that were acknowledged, by image, oldest first. */
const acknowledged = new Map<number, string[]>()

/** Makes edits, one after another, until told to stop or the backend is gone. */
async function makeEdits(
  of: Host,
  images: readonly number[],
  annotation: string,
  stop: AbortSignal,
): Promise<void> {
  const versions = new Map<number, number>()
  while (!stop.aborted) {
    const image = images[draw.int(images.length)]!
    try {
      if (!versions.has(image)) {
        const state = await of.call<CorrectionState>('corrections.get', { image, annotation })
        versions.set(image, state.version)
      }
      const id = `edit-${draw.int(2 ** 30)}-${draw.int(2 ** 30)}`
      const made = acknowledged.get(image)?.length ?? 0
      const after = { logit: 3, edit: id }
      const { version } = await of.call<{ version: number }>('corrections.apply', {
        image,
        annotation,
        version: versions.get(image),
        edit: {
          id,
          author: 'chaos',
          created: new Date().toISOString(),
          tool: 'brush',
          operation: { kind: 'set', class: 2, to: null, amount: 3, what: null },
          // A cell and class of its own, so that nothing has to be known of what a lost answer did.
          changes: [{ cell: made % 64, class: (made >> 6) % 10, before: null, after }],
        },
      })
      versions.set(image, version)
      acknowledged.set(image, [...(acknowledged.get(image) ?? []), id])
    } catch (error) {
      // The last edit may have been saved without its answer: its place is taken then, and the next image is tried.
      if (!/ECONN|socket hang up|conflict|EPIPE|ENOENT|aborted/.test(String(error))) throw error
      if (!String(error).includes('conflict')) return
      images = images.filter(other => other !== image)
      if (images.length === 0) return
    }
  }
}

/** Label maps that were reported finished, by job. */
const finished = new Map<number, number>()

async function watchProgress(of: Host, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const jobs = await list(of).catch(() => [])
    for (const { id, kind, progress } of jobs)
      if (kind === 'annotate' && progress?.phase === 'annotate')
        finished.set(id, Math.max(finished.get(id) ?? 0, progress.done))
    await sleep(20)
  }
}

/** Waits until an annotation has reported more finished label maps than before. */
async function moreFinished(): Promise<void> {
  const sum = (): number => [...finished.values()].reduce((all, count) => all + count, 0)
  const before = sum()
  while (sum() === before) {
    await keepAnnotating(host)
    await sleep(50)
  }
}

/** Whether a process was there to be killed. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

async function check(of: Host, annotation: string): Promise<void> {
  for (const [image, ids] of acknowledged) {
    const { history } = await of.call<CorrectionState>('corrections.get', { image, annotation })
    const kept = new Set(history.map(edit => edit.id))
    expect(ids.filter(id => !kept.has(id))).toEqual([])
  }
  for (const job of await list(of)) {
    const reported = finished.get(job.id)
    if (reported === undefined || job.annotation === null) continue
    const maps = await openLabelMaps(join(project.dir, 'annotations', job.annotation))
    expect(maps.count, `${job.annotation} lost label maps`).toBeGreaterThanOrEqual(reported)
    await maps.close()
  }
}

test(`${kills} kills lose no acknowledged edit and no finished label map`, async () => {
  const annotation = (await host.call<ProjectInfo>('project.info')).annotation!
  const { items } = await host.call<{ items: { id: number }[] }>('browse.page', {
    query: { filter: { splits: ['val'] }, sort: { by: 'name', descending: false } },
    offset: 0,
    limit: 200,
  })
  const images = items.map(item => item.id)
  let killedWorkers = 0
  for (let round = 0; round < kills; round++) {
    await keepAnnotating(host)
    const stop = new AbortController()
    // Fresh images each round: what a lost answer did to the others is looked at in the end.
    const some = images.slice((round * 4) % images.length, ((round * 4) % images.length) + 4)
    const busy = Promise.all([
      makeEdits(host, some, annotation, stop.signal),
      watchProgress(host, stop.signal),
    ])
    // Now and then once label maps are being written, however long a worker takes to start on this machine.
    if (round % 5 === 4) await moreFinished()
    await sleep(draw.int(700))
    const [worker] = round % 2 === 0 ? [] : host.workers()
    if (worker === undefined) await host.kill()
    else {
      if (killed(worker)) killedWorkers++
      await sleep(draw.int(200))
    }
    stop.abort()
    await busy
    if (worker === undefined) {
      host = await startHost(dir, socket)
      // It opens what was open by itself; asking again must not disturb the job that goes on.
      await host.call('project.open', { dir: project.dir })
    }
    if (round % 10 === 9) await check(host, annotation)
  }
  expect(killedWorkers).toBeGreaterThan(5)
  expect([...acknowledged.values()].flat().length).toBeGreaterThan(kills)
  expect([...finished.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100)
  await check(host, annotation)

  // Whatever was being written is completed by the queue, and nothing of it is damaged.
  for (const job of await list(host))
    if (job.state === 'failed') await host.call('jobs.retry', { id: job.id })
    else if (job.state === 'paused') await host.call('jobs.resume', { id: job.id })
  await ended(host)
  for (const job of await list(host)) {
    if (job.kind !== 'annotate' || job.annotation === null) continue
    expect(job.state).toBe('done')
    const maps = await openLabelMaps(join(project.dir, 'annotations', job.annotation))
    expect(maps.damage).toEqual([])
    for (const key of maps.keys()) maps.getSync(key)
    await maps.close()
  }
}, 600_000)
