/** What the browser tests start from: the built renderer and a small project of digit scenes, made once and shared by the test files. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job, JobRequest } from '../../core/contract/api/jobs.ts'
import { loadDigitPools } from '../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions } from '../../core/dataset/digit-scenes/options.ts'
import { splits } from '../../core/dataset/digit-scenes/scene.ts'
import { writeScenes } from '../../core/dataset/digit-scenes/write.ts'
import { importImageFolder } from '../../core/dataset/import.ts'
import { createProject } from '../../core/project/project.ts'
import { createEventHub } from '../../electron/backend/events.ts'
import type { JobQueue } from '../../electron/backend/queue/index.ts'
import { rendererIsFresh } from '../../build/fresh-renderer.ts'
import { ensureSample } from '../../electron/backend/sample.ts'
import { startQueue } from '../electron/backend/queue/start-queue.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, '.cache/e2e')

/** Milliseconds of the newest file below some folders. */
function newest(...places: string[]): number {
  let latest = 0
  for (const place of places)
    for (const entry of readdirSync(join(root, place), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs)
  return latest
}

/** The newest source of what makes projects and what is in them: a template is of one state of these. */
const sourceState = (): number =>
  Math.round(newest('core/project', 'core/dataset', 'core/labelmap', 'electron/tasks'))

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
/** Whoever makes something touches its lock every second; one that has not for so long is gone. */
const lockTimeout = 180_000

/** Runs `make` in one process at a time; `ready` says that nothing is to be done. */
async function once(name: string, ready: () => boolean, make: () => Promise<void> | void): Promise<void> {
  mkdirSync(cache, { recursive: true })
  const lock = join(cache, `${name}.lock`)
  for (;;) {
    if (!existsSync(lock) && ready()) return
    try {
      mkdirSync(lock)
    } catch {
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
      if (Date.now() - since > lockTimeout) rmSync(lock, { recursive: true, force: true })
      await pause(100)
      continue
    }
    const touching = setInterval(() => utimesSync(lock, new Date(), new Date()), 1000)
    try {
      if (!ready()) await make()
      return
    } finally {
      clearInterval(touching)
      rmSync(lock, { recursive: true, force: true })
    }
  }
}

/** Builds the renderer where the sources are newer than the build. */
export function buildRenderer(): Promise<void> {
  return once('renderer', rendererIsFresh, () => {
    const done = spawnSync(process.execPath, [join(root, 'build/build-renderer.mjs'), '--quiet'], {
      cwd: root,
      encoding: 'utf8',
    })
    if (done.status !== 0) throw new Error(`the renderer could not be built:\n${done.stdout}${done.stderr}`)
  })
}

/** Queues a job and waits for its end; rejects where it fails. */
export async function finish(queue: JobQueue, request: JobRequest): Promise<Job> {
  const { id } = queue.add(request)
  for (;;) {
    const job = queue.get(id)
    if (job.state === 'done') return job
    if (job.state === 'failed') throw new Error(`${job.kind} failed: ${JSON.stringify(job.error)}`)
    await pause(50)
  }
}

const resource = (name: string): string => join(root, 'resources/sample', name)
/** The annotator that ships with the sample, and its classes. */
export const annotator = { model: resource('digit-annotator.onnx'), classes: resource('digit-classes.json') }

/** Asks for label maps of the template's `train`. */
export const annotating: JobRequest = {
  kind: 'annotate',
  request: {
    ...annotator,
    split: 'train',
    size: 80,
    resize: 'squash',
    mean: [0.25, 0.25, 0.25],
    std: [0.2, 0.2, 0.2],
    topK: 3,
    batch: 8,
    logits: 'fp16',
    provider: null,
    threads: 1,
    workers: 1,
    acceptApproximation: false,
  },
}

async function makeTemplate(dir: string): Promise<void> {
  rmSync(dir, { recursive: true, force: true })
  const options = parseSceneOptions({ train: 60, val: 20, test: 20 })
  const pools = await loadDigitPools(options)
  const classes = Array.from({ length: 10 }, (_, index) => ({ index, name: String(index) }))
  const project = createProject(join(dir, 'project'), { name: 'Digit scenes', classes })
  for (const split of splits) {
    const folder = join(dir, 'scenes', split)
    await writeScenes(folder, split === 'test' ? pools.test : pools.student, split, options)
    await importImageFolder(project, { split, dir: folder })
  }
  const queue = startQueue({ project, emit: () => {} })
  const { annotation } = await finish(queue, annotating)
  await finish(queue, { kind: 'score', annotation: annotation ?? 'a1' })
  await queue.close()
  project.close()
  writeFileSync(join(dir, 'done'), '')
}

/**
 * Folder with `project` (digits, label maps of `train`, measured) and `scenes`; copy it before writing into it. It is named
 * after the state of the sources: what a test run uses is not taken from under it when a source is saved meanwhile.
 */
export async function projectTemplate(): Promise<string> {
  const name = `template-${sourceState()}`
  const dir = join(cache, name)
  await once(
    name,
    () => existsSync(join(dir, 'done')),
    async () => {
      removeOld()
      await makeTemplate(dir)
    },
  )
  return dir
}

/** Puts the sample where a backend with this home looks for it: making it costs more than most tests. */
export async function seedSample(home: string): Promise<void> {
  const name = `sample-${sourceState()}`
  const dir = join(cache, name)
  await once(
    name,
    () => existsSync(dir),
    async () => {
      removeOld()
      await ensureSample(dir, createEventHub({ launch: 'template' }))
    },
  )
  cpSync(dir, join(home, 'sample'), { recursive: true })
}

/** Removes templates that no test run can be using any more. */
function removeOld(): void {
  const hour = 3_600_000
  for (const name of readdirSync(cache)) {
    const since = statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    if (/^(template|sample)-\d+$/.test(name) && Date.now() - since > hour)
      rmSync(join(cache, name), { recursive: true, force: true })
  }
}
