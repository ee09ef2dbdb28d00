/** From images, an annotation and a recipe to everything the loop needs: sets, labels, maps, cached pixels, the student. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { identityClassMap } from '../../labelmap/class-map.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import { dropDisputed, imageVotes, readMaps } from './annotation.ts'
import type { AnnotationInput } from './annotation.ts'
import { imageSet, requireImages } from '../sample/image-set.ts'
import type { TrainingImage } from '../sample/image-set.ts'
import { fingerprint } from './fingerprint.ts'
import type { Cached } from '../loader/cache.ts'
import { cachePixels } from '../loader/recipe-cache.ts'
import type { MapSetup } from '../loader/messages.ts'
import type { RunSetup } from './run-setup.ts'
import { openStudent } from './student.ts'
import { cleanLabels } from '../supervision/clean.ts'
import { needsLabels, needsMaps } from '../supervision/index.ts'

/** What a run is made from. */
export interface PrepareInput {
  recipe: Recipe
  /** Names of the project's classes. */
  classes: string[]
  train: readonly TrainingImage[]
  val: readonly TrainingImage[]
  annotation?: AnnotationInput | undefined
  /** Folder of pixel caches. */
  cacheDir: string
  /** Folder of the run. */
  dir: string
  resume: boolean
  /** The student; built or read by the recipe's name unless given. */
  model?: RunSetup['model'] | undefined
  onProgress?: ((what: 'cache', done: number, total: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/** A run that is ready to start. */
export interface Prepared {
  setup: RunSetup
  /** Names of the student's classes. */
  classes: string[]
  warnings: string[]
  /** Images whose label the annotator disputes (`clean`). */
  disputed: number
  cache: Pick<Cached, 'how' | 'bytes'>
}

function unusable(recipe: Recipe, classes: number): (image: TrainingImage) => string | undefined {
  const labelled = needsLabels(recipe.supervision)
  return ({ label }) => {
    if (label !== null && !(label >= 0 && label < classes)) return `its label ${label} is no class`
    return labelled && label === null ? `${recipe.supervision} supervision needs a label` : undefined
  }
}

/**
 * Makes a run ready. Rejects with `usage` where recipe and data do not go together (no annotation, class spaces), with
 * `bad-data` where no image is left.
 */
export async function prepareRun(input: PrepareInput): Promise<Prepared> {
  const { recipe } = input
  const { annotation } = input
  const own = recipe.classSpace === 'annotator'
  if ((own || needsMaps(recipe.supervision) || recipe.supervision === 'distill') && !annotation)
    fail(
      'usage',
      `${own ? 'the annotator class space' : `${recipe.supervision} supervision`} needs an annotation`,
    )
  if (own && needsLabels(recipe.supervision))
    fail(
      'usage',
      `${recipe.supervision} supervision teaches the project's classes; use class space "project"`,
    )
  const classMap = annotation && (own ? identityClassMap(annotation.classes.length) : annotation.classMap)
  const classes = own && annotation ? annotation.classes : input.classes

  let set = imageSet(input.train, unusable(recipe, input.classes.length))
  requireImages(set, 'to train on')
  let maps: MapSetup | undefined
  let labels: Int32Array | undefined
  let disputed = 0
  if (annotation && classMap && needsMaps(recipe.supervision)) {
    const read = await readMaps(set, annotation, classMap, recipe)
    ;({ set, maps } = read)
    requireImages(set, 'to train on')
    if (recipe.supervision === 'clean') {
      const votes = await imageVotes(set, maps)
      const cleaned = cleanLabels(set.labels, votes, recipe.clean)
      labels = cleaned.labels
      disputed = cleaned.disputed.size
      if (recipe.clean === 'drop') set = dropDisputed(set, cleaned.disputed, input.classes)
      maps = undefined // no map is looked at any more
    }
  }
  const prepared = await cachePixels(set, input)
  ;({ set } = prepared)
  requireImages(set, 'to train on')
  const student = input.model
    ? { model: input.model, warnings: [] }
    : await openStudent(recipe, classes.length)
  return {
    setup: {
      ...{ recipe, set, labels, maps, dir: input.dir, resume: input.resume },
      model: student.model,
      classes: classes.length,
      pixels: prepared.cached.source,
      annotator: recipe.supervision === 'distill' ? annotatorOf(recipe, annotation!, classMap!) : undefined,
      val: await validation(input, own ? annotation?.classMap : undefined),
      fingerprint: fingerprint(
        recipe,
        student.model,
        set,
        labels ?? set.labels,
        annotation?.id ?? null,
        needsMaps(recipe.supervision) ? annotation?.corrections : undefined,
      ),
    },
    ...{ classes, disputed },
    warnings: [...student.warnings, ...otherAnnotator(recipe, annotation)],
    cache: { how: prepared.cached.how, bytes: prepared.cached.bytes },
  }
}

async function validation(input: PrepareInput, classMap: ClassMap | undefined): Promise<RunSetup['val']> {
  if (input.val.length === 0) return undefined
  const { set, cached } = await cachePixels(imageSet(input.val), input)
  return { recipe: input.recipe, set, pixels: cached.source, classes: input.classes.length, classMap }
}

function annotatorOf(
  recipe: Recipe,
  annotation: AnnotationInput,
  classMap: ClassMap,
): NonNullable<RunSetup['annotator']> {
  const model =
    recipe.distill.model ??
    fail(
      'usage',
      `distill supervision runs the annotator: name its ONNX file (${annotation.annotator.file}) with --annotator FILE`,
    )
  const { mean, std } = annotation
  return { model, classMap, view: { size: recipe.distill.size ?? recipe.size, mean, std } }
}

/** A warning where distillation is asked of another model than the one that made the annotation. */
function otherAnnotator(recipe: Recipe, annotation: AnnotationInput | undefined): string[] {
  const file = recipe.distill.model
  if (recipe.supervision !== 'distill' || file === null || !annotation) return []
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  if (hash === annotation.annotator.sha256) return []
  return [`${file} is not the model that made annotation ${annotation.id} (${annotation.annotator.file})`]
}
