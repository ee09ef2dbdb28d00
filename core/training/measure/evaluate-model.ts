/** Measures one model on a split of a project. */
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { Skipped } from '../../contract/skipped.ts'
import { readOnnx } from '../../graph/files/read.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import { matchClasses } from '../../labelmap/match-classes.ts'
import type { NamedClass } from '../../labelmap/match-classes.ts'
import { mayBeUsed, type ImageFile } from '../../project/image-files.ts'
import { listImages, listSplits } from '../../project/images.ts'
import { versionsNow } from '../../project/labels/versions.ts'
import type { Project } from '../../project/project.ts'
import { filesNow } from '../sample/files-now.ts'
import { imageSet, requireImages } from '../sample/image-set.ts'
import type { TrainingImage } from '../sample/image-set.ts'
import { openEvaluator } from './evaluate.ts'
import type { EvaluationHooks } from './evaluate.ts'
import type { Metrics } from '../../contract/metrics.ts'
import { inputSide, modelInfo, outputClasses } from './model-info.ts'
import { cachePixels } from '../loader/recipe-cache.ts'
import { mergeRecipes } from '../recipe/recipe.ts'

/** What is measured, and how images become inputs if the model does not specify it. */
export interface ModelEvaluation {
  /** ONNX file. */
  model: string
  split: string
  /** Any part of a recipe; overrides the model's own metadata. */
  recipe: object
  /** The model's classes if the file does not contain them. */
  classes?: readonly NamedClass[] | undefined
  /** Its outputs are the project's classes by number, of which there may have been fewer: the model of a run. */
  byNumber?: boolean | undefined
}

/** Metrics, and the images that were left out. */
export interface EvaluationReport {
  model: string
  split: string
  metrics: Metrics
  skipped: Skipped[]
  seconds: number
}

function classMapFor(
  model: readonly NamedClass[] | undefined,
  outputs: number | undefined,
  { classes }: Project,
  byNumber: boolean,
): ClassMap {
  const count = classes.length
  if (byNumber) {
    const own = outputs ?? model?.length ?? count
    if (own > count)
      fail('mismatch', `the model has ${own} outputs, more than the project has classes (${count})`)
    return matchClasses(classes.slice(0, own), classes, { by: 'id' })
  }
  if (model) {
    if (outputs !== undefined && outputs !== model.length)
      fail('mismatch', `the model has ${outputs} outputs, but its class list names ${model.length}`)
    return matchClasses(model, classes)
  }
  if (outputs !== undefined && outputs !== count)
    fail(
      'mismatch',
      `the model has ${outputs} outputs and the project ${count} classes; give the model's class list with --classes`,
    )
  return matchClasses(classes, classes, { by: 'id' })
}

/** Extends an evaluation's hooks: pixel caching is reported too, and answers come with their image. */
export interface ModelEvaluationHooks extends Pick<EvaluationHooks, 'onProgress' | 'signal'> {
  onCache?: (done: number, total: number) => void
  /** What was found of image files, to be remembered by the project. */
  onFiles?: (files: ImageFile[]) => void
  /** Before the first answer: how many there will be at most, and the map from the model's classes to the project's. */
  onBegin?: (images: number, classMap: ClassMap) => void
  /** The class that the model answers, in the project's classes, and its logits [model classes], to be copied at once. */
  onAnswer?: (image: TrainingImage, answer: number, logits: Float32Array) => void
}

/**
 * Evaluates deterministically. Rejects with `not-found`, `bad-model`, `mismatch`, `bad-data` (no images), `cancelled`.
 */
export async function evaluateModel(
  project: Project,
  job: ModelEvaluation,
  hooks: ModelEvaluationHooks = {},
): Promise<EvaluationReport> {
  const splits = listSplits(project).map(split => split.name)
  if (!splits.includes(job.split))
    fail('not-found', `the project has no split "${job.split}"; it has ${splits.join(', ')}`)
  const model = await readOnnx(job.model)
  const info = modelInfo(model)
  const side = inputSide(model)
  const { input } = info
  const recipe: Recipe = mergeRecipes([
    side === undefined ? {} : { size: side },
    input ? { size: input.size, mean: input.mean, std: input.std } : {},
    input
      ? { evaluation: { mode: input.mode, resize: input.resize < input.size ? null : input.resize } }
      : {},
    { batch: 64 },
    job.recipe,
  ])
  const named = job.classes ?? info.classes?.map((name): NamedClass => ({ name }))
  const classMap = classMapFor(named, outputClasses(model), project, job.byNumber ?? false)
  const versions = versionsNow(project)
  const images = listImages(project, { split: job.split }).filter(mayBeUsed)
  const { now, found } = await filesNow(images, { signal: hooks.signal })
  if (found.length > 0) hooks.onFiles?.(found)
  // What could not be used before and still cannot is told by the project, not by every evaluation.
  const all = imageSet(
    images
      .map(image => ({ ...image, ...now(image) }))
      .filter((image, i) => !image.problem || !images[i]!.problem),
  )
  requireImages(all, `in the split "${job.split}"`)
  const began = performance.now()
  const { set, cached } = await cachePixels(all, {
    recipe,
    cacheDir: join(project.dir, 'cache'),
    signal: hooks.signal,
    onProgress: (_, done, total) => hooks.onCache?.(done, total),
  })
  requireImages(set, `in the split "${job.split}"`)
  hooks.onBegin?.(set.subset.length, classMap)
  const evaluator = openEvaluator(
    {
      recipe,
      set,
      pixels: cached.source,
      classes: project.classes.length,
      classMap: classMap.identity ? undefined : classMap,
    },
    model,
  )
  try {
    const metrics = await evaluator.run(model, {
      onProgress: hooks.onProgress,
      signal: hooks.signal,
      onAnswer: (index, answer, logits) => hooks.onAnswer?.(set.images[index]!, answer, logits),
    })
    const seconds = (performance.now() - began) / 1000
    return {
      model: job.model,
      split: job.split,
      metrics: { ...metrics, basis: { ...versions, rescored: false, missing: [] } },
      skipped: [...set.skipped, ...evaluator.skipped],
      seconds,
    }
  } finally {
    await evaluator.close()
  }
}
