/** A backend that is killed while a job runs: the next one goes on, and what was finished is still there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JobRequest } from '../../../../core/contract/api/jobs.ts'
import { openLabelMaps, verifyLabelMaps } from '../../../../core/labelmap/files/index.ts'
import { getAnnotation } from '../../../../core/project/annotations.ts'
import { markJob } from '../../../../core/project/job-mark.ts'
import { countInterruption, updateJob } from '../../../../core/project/jobs.ts'
import { openProject } from '../../../../core/project/project.ts'
import { listRuns } from '../../../../core/project/runs.ts'
import { readLog } from '../../../../core/training/run/run-log.ts'
import { key, startQueue } from './start-queue.ts'
import type { AnnotateResult } from '../../../../electron/tasks/annotate/job.ts'
import { annotating, makeTemplate, training, type Template } from './studio.ts'

let template: Template
beforeAll(async () => {
  template = await makeTemplate()
})
afterAll(() => template.remove())

/** Whether a backend told of `done` finished items in `phase` and was killed with -9 before its work was done. */
async function killed(dir: string, requests: JobRequest[], phase: string, done: number): Promise<boolean> {
  const script = fileURLToPath(new URL('backend.ts', import.meta.url))
  const child = spawn(process.execPath, [script, dir, JSON.stringify(requests)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    const { name, data } = JSON.parse(line) as {
      name: string
      data: { progress: { phase: string; done: number } }
    }
    if (name === 'job.progress' && data.progress.phase === phase && data.progress.done >= done) {
      child.kill('SIGKILL')
      break
    }
  }
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null]
  return signal === 'SIGKILL'
}

/**
 * A project whose backend was killed in the middle of a job: `left` says whether there is something left to do. Where
 * the machine is busy, a job may be done before it is heard of; then another copy is killed.
 */
async function killedAt(
  requests: JobRequest[],
  phase: string,
  done: number,
  left: (dir: string) => boolean | Promise<boolean>,
): Promise<string> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const dir = template.copy()
    if ((await killed(dir, requests, phase, done)) && (await left(dir))) return dir
  }
  throw new Error('the job was done before it could be killed, ten times')
}

/** What the first annotation and the first run have on disk. */
async function mapsOf(dir: string): Promise<number> {
  const maps = await openLabelMaps(join(dir, 'annotations', 'a1'))
  const { count } = maps
  await maps.close()
  return count
}
const stepsOf = (dir: string): number[] =>
  readLog(join(dir, 'runs', 'r1', 'metrics.jsonl')).flatMap(line => (line.type === 'step' ? [line.step] : []))

it('an annotation goes on behind every map that was finished', async () => {
  const requests = [annotating({ size: 960, batch: 1 }), { kind: 'self-test' } as const]
  const dir = await killedAt(requests, 'annotate', 5, async copy => (await mapsOf(copy)) <= 30)
  const project = openProject(dir)
  const { dir: maps } = getAnnotation(project, 'a1')
  const before = await openLabelMaps(maps)
  const keys = before.keys()
  const logits = await Promise.all(keys.map(async key => (await before.get(key)).logits))
  await before.close()
  const queue = startQueue({ project, emit: () => {} })
  // It goes on before what was queued behind it.
  expect(queue.list().map(job => [job.kind, job.state])).toEqual([
    ['annotate', 'queued'],
    ['self-test', 'queued'],
  ])
  await queue.idle()
  expect(queue.list().map(job => [job.kind, job.state])).toEqual([
    ['annotate', 'done'],
    ['self-test', 'done'],
    ['score', 'done'],
  ])
  const { before: kept, annotated } = queue.list()[0]!.result as AnnotateResult
  // The worker that lost its backend has written what it had reported before releasing the folder.
  expect(kept).toBeGreaterThanOrEqual(5)
  expect(annotated).toBe(40 - kept)
  expect(annotated).toBeGreaterThan(0)
  expect(await verifyLabelMaps(maps)).toMatchObject({ ok: true, finished: true, damage: [] })
  const after = await openLabelMaps(maps)
  expect(after.count).toBe(40)
  for (const [i, key] of keys.entries()) expect((await after.get(key)).logits).toEqual(logits[i])
  await after.close()
  await queue.close()
  project.close()
})

it('a run goes on from its checkpoint, as one run with one log', async () => {
  const requests = [training({ epochs: 50, checkpoint: { everyEpochs: 1 }, logEvery: 1 })]
  const dir = await killedAt(requests, 'train', 20, copy => stepsOf(copy).length <= 150)
  const project = openProject(dir)
  const queue = startQueue({ project, emit: () => {} })
  await queue.idle()
  expect(queue.list()).toMatchObject([{ state: 'done', run: 'r1' }])
  expect(listRuns(project)).toMatchObject([{ status: 'done' }])
  await queue.close()
  project.close()
  expect(stepsOf(dir)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
})

it('a job that the program ended with three times waits for somebody, and goes on when asked', async () => {
  const project = openProject(template.copy())
  const before = startQueue({ project, emit: () => {} })
  const { id } = before.add(annotating({}))
  await before.close()
  const end = (): void => void updateJob(project, id, { state: 'running' }) // as a backend leaves it that dies then
  const open = async (): Promise<string> => {
    const queue = startQueue({ project, emit: () => {} })
    const { state } = queue.get(id)
    await queue.close() // before its turn has come
    return state
  }
  end()
  expect(await open()).toBe('queued')
  end()
  expect(await open()).toBe('queued')
  end()
  const queue = startQueue({ project, emit: () => {} })
  expect(queue.get(id)).toMatchObject({
    state: 'paused',
    error: { code: 'interrupted', message: expect.stringMatching(/3 times.*Resume it/) as string },
  })
  expect(queue.resume(id).error).toBeNull()
  await queue.idle()
  expect(queue.get(id).state).toBe('done')
  // Somebody asked for it, so counting restarted.
  expect(countInterruption(project, id)).toBe(1)
  await queue.close()
  project.close()
})

it('jobs that cannot go on have failed, and pausing ones are paused', async () => {
  const project = openProject(template.copy())
  const first = startQueue({ project, emit: () => {} })
  const [exporting, pausing] = [first.add({ kind: 'self-test' }), first.add({ kind: 'self-test' })]
  await first.idle()
  await first.close()
  // As a backend leaves them that dies in that moment; the mark goes only when a job ends.
  for (const [job, state] of [[exporting, 'running'] as const, [pausing, 'pausing'] as const]) {
    updateJob(project, job.id, { state })
    markJob(project, job.id, key)
  }
  const queue = startQueue({ project, emit: () => {} })
  expect(queue.get(exporting.id)).toMatchObject({
    state: 'failed',
    error: { message: expect.stringMatching(/start it again/) as string },
  })
  expect(queue.get(pausing.id).state).toBe('paused')
  await queue.close()
  project.close()
})
