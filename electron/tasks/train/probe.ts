/** The probe-training job: times some steps of a recipe on some images, and keeps nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail, RelabelError } from '../../../core/base/error.ts'
import type { TrainingProbe } from '../../../core/contract/api/training.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import { parameterCount } from '../../../core/graph/students/index.ts'
import { getAnnotation } from '../../../core/project/annotations.ts'
import { listImages } from '../../../core/project/images.ts'
import { openProject, type Project } from '../../../core/project/project.ts'
import type { TrainingImage } from '../../../core/training/sample/image-set.ts'
import { annotationInput, splitsOf, wantsAnnotation } from '../../../core/training/run/from-project.ts'
import { runTraining } from '../../../core/training/run/loop.ts'
import { batchesPerEpoch } from '../../../core/training/sample/order.ts'
import { prepareRun } from '../../../core/training/run/prepare.ts'
import { parseRecipe } from '../../../core/training/recipe/recipe.ts'
import type { JobContext } from '../process/protocol.ts'

/** What to try. */
export interface TrainingProbeConfig {
  project: string
  recipe: unknown
}

const timedSteps = 20
const longestMs = 20_000

export async function run(config: TrainingProbeConfig, context: JobContext): Promise<TrainingProbe> {
  const recipe = parseRecipe(config.recipe)
  const project = openProject(config.project, { readonly: true })
  const dir = mkdtempSync(join(tmpdir(), 'relabel-probe-'))
  try {
    return await probe(project, recipe, dir, context)
  } finally {
    project.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Every n-th image, so that all classes can occur. */
function spread<T>(all: readonly T[], count: number): T[] {
  const taken = Math.min(count, all.length)
  return Array.from({ length: taken }, (_, i) => all[Math.floor((i * all.length) / taken)]!)
}

async function probe(
  project: Project,
  recipe: Recipe,
  dir: string,
  context: JobContext,
): Promise<TrainingProbe> {
  const { train } = splitsOf(project, recipe)
  const all: TrainingImage[] = listImages(project, { split: train, usable: true })
  const annotation = wantsAnnotation(recipe)
    ? await annotationInput(project, getAnnotation(project, recipe.annotation ?? undefined).id)
    : undefined
  const began = performance.now()
  const tried = spread(all, Math.max(2 * recipe.batch, 64))
  const prepared = await prepareRun({
    // No validation, no checkpoints, no disk cache, and enough epochs to time the steps.
    recipe: {
      ...recipe,
      epochs: 100_000,
      valSplit: null,
      checkpoint: { ...recipe.checkpoint, everyEpochs: 100_000, everySteps: null },
      cache: { ...recipe.cache, diskMb: 0, memoryMb: Math.max(recipe.cache.memoryMb, 256) },
    },
    annotation,
    dir,
    cacheDir: dir,
    resume: false,
    val: [],
    signal: context.signal,
    classes: project.classes.map(one => one.name),
    train: tried,
  })
  const used = prepared.setup.set.subset.length
  const reading = (performance.now() - began) / 1000 / tried.length
  const { steps, seconds } = await timeSteps(prepared.setup, context)
  const imagesPerSecond = (steps * recipe.batch) / seconds
  const images = Math.round((all.length * used) / tried.length)
  const totalSteps = batchesPerEpoch(images, recipe.batch) * recipe.epochs
  return {
    steps,
    imagesPerSecond,
    totalSteps,
    images,
    memory: process.resourceUsage().maxRSS * 1024,
    seconds: (totalSteps * recipe.batch) / imagesPerSecond + reading * all.length,
    parameters: parameterCount(prepared.setup.model),
  }
}

/** Runs steps until enough are timed, without counting the first, which warms up. */
async function timeSteps(
  setup: Parameters<typeof runTraining>[0],
  context: JobContext,
): Promise<{ steps: number; seconds: number }> {
  const stop = new AbortController()
  let first: { at: number; step: number } | undefined
  let last: { at: number; step: number } | undefined
  try {
    const outcome = await runTraining(setup, {
      signal: AbortSignal.any([context.signal, stop.signal]),
      onWarning: text => context.warn(text),
      onProgress({ phase, step }) {
        if (phase !== 'train') return
        last = { at: performance.now(), step }
        first ??= last
        const steps = step - first.step
        context.progress({ phase: 'time steps', done: Math.min(steps, timedSteps), total: timedSteps })
        if (steps >= timedSteps || (steps >= 1 && last.at - first.at > longestMs)) stop.abort()
      },
    })
    await outcome.trainer.close()
  } catch (error) {
    if (!(error instanceof RelabelError) || error.code !== 'cancelled' || context.signal.aborted) throw error
  }
  if (!first || !last || last.step === first.step) return fail('bad-data', 'no training step could be timed')
  return { steps: last.step - first.step, seconds: (last.at - first.at) / 1000 }
}
