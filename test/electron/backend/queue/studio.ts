/** A tiny project of digit scenes for the tests of the queue, and the words of the jobs that are asked of it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job, JobRequest } from '../../../../core/contract/api/jobs.ts'
import { loadDigitPools } from '../../../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions } from '../../../../core/dataset/digit-scenes/options.ts'
import { splits } from '../../../../core/dataset/digit-scenes/scene.ts'
import { writeScenes } from '../../../../core/dataset/digit-scenes/write.ts'
import { importImageFolder } from '../../../../core/dataset/import.ts'
import { createProject } from '../../../../core/project/project.ts'
import type { JobQueue } from '../../../../electron/backend/queue/index.ts'

const sample = (name: string): string =>
  fileURLToPath(new URL(`../../../../resources/sample/${name}`, import.meta.url))

/** The annotator that ships with the sample. */
const annotator = sample('digit-annotator.onnx')
const annotatorClasses = sample('digit-classes.json')

/** A folder that can be copied for a fresh start; `remove` deletes everything. */
export interface Template {
  root: string
  /** A fresh copy of the project: its folder. */
  copy(): string
  remove(): void
}

/** Makes scenes and a project of them: 40 to train on, 20 to validate and to test. */
export async function makeTemplate(): Promise<Template> {
  const root = mkdtempSync(join(tmpdir(), 'relabel-queue-'))
  const options = parseSceneOptions({ train: 40, val: 20, test: 20 })
  const pools = await loadDigitPools(options)
  const classes = Array.from({ length: 10 }, (_, index) => ({ index, name: String(index) }))
  const project = createProject(join(root, 'project'), { name: 'Digits', classes })
  for (const split of splits) {
    const dir = join(root, 'scenes', split)
    await writeScenes(dir, split === 'test' ? pools.test : pools.student, split, options)
    await importImageFolder(project, { split, dir })
  }
  project.close()
  let copies = 0
  return {
    root,
    copy() {
      const dir = join(root, `copy-${copies++}`)
      cpSync(join(root, 'project'), dir, { recursive: true })
      return dir
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Asks for label maps of a split. */
export function annotating(change: Partial<(JobRequest & { kind: 'annotate' })['request']> = {}): JobRequest {
  return {
    kind: 'annotate',
    request: {
      model: annotator,
      classes: annotatorClasses,
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
      ...change,
    },
  }
}

/** Asks for a run of seconds. */
export function training(recipe: Record<string, unknown> = {}): JobRequest {
  return {
    kind: 'train',
    recipe: {
      student: 'digits_student',
      supervision: 'onehot',
      size: 32,
      epochs: 2,
      batch: 10,
      lr: 5e-3,
      threads: 1,
      workers: 1,
      evaluation: { mode: 'squash' },
      schedule: { warmupEpochs: 0 },
      ...recipe,
    },
  }
}

/** Resolves once `job` is as wanted; fails when it has ended otherwise. */
export async function until(queue: JobQueue, id: number, wanted: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = queue.get(id)
    if (wanted(job)) return job
    if (['done', 'failed', 'cancelled'].includes(job.state))
      throw new Error(`job ${id} ended: ${JSON.stringify(job)}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
