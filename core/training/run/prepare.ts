/**
 * Prepares everything that the loop needs from images, an annotation and a recipe: sets, labels, maps, cached pixels,
 * the student.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fail } from '../../base/error.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { needs, needsAnnotation, needsMaps } from '../../contract/supervision.ts'
import { identityClassMap } from '../../labelmap/class-map.ts'
import type { ClassMap } from '../../labelmap/class-map.ts'
import { imageVotes, readMaps } from './annotation.ts'
import type { AnnotationInput } from './annotation.ts'
import { imageSet, requireImages } from '../sample/image-set.ts'
import type { ImageSet, TrainingImage } from '../sample/image-set.ts'
import { fingerprint } from './fingerprint.ts'
import type { Cached } from '../loader/cache.ts'
import { annotatorSide, cachePixels } from '../loader/recipe-cache.ts'
import type { MapSetup } from '../loader/messages.ts'
import type { RunSetup } from './run-setup.ts'
import { openStudent } from './student.ts'
import { prepareLabels } from '../supervision/index.ts'

/** The inputs of a run. */
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
  /** The student; by default built or read by its name in the recipe. */
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
  const labelled = needs(recipe.supervision, 'label')
  return ({ label }) => {
    if (label !== null && !(label >= 0 && label < classes)) return `its label ${label} is not a class`
    return labelled && label === null ? `${recipe.supervision} supervision needs a label` : undefined
  }
}

/** The classes of the student, and how the annotator's map to them. */
interface ClassSpace {
  classes: string[]
  /** Absent without an annotation. */
  classMap: ClassMap | undefined
}

function classSpaceOf({ recipe, annotation, classes }: PrepareInput): ClassSpace {
  const { supervision } = recipe
  const own = recipe.classSpace === 'annotator'
  if ((own || needsAnnotation(supervision)) && !annotation)
    fail('usage', `${own ? 'the annotator class space' : `${supervision} supervision`} needs an annotation`)
  if (own && needs(supervision, 'label'))
    fail('usage', `${supervision} supervision teaches the project's classes; use class space "project"`)
  if (!annotation) return { classes, classMap: undefined }
  if (!own) return { classes, classMap: annotation.classMap }
  return { classes: annotation.classes, classMap: identityClassMap(annotation.classes.length) }
}

/** The training data: images with labels or maps. */
interface Lesson {
  set: ImageSet
  labels?: Int32Array | undefined
  maps?: MapSetup | undefined
  disputed: number
}

/** The images and everything that the supervision needs for them. */
async function lessonOf(input: PrepareInput, classMap: ClassMap | undefined): Promise<Lesson> {
  const { recipe, annotation, classes } = input
  const { supervision } = recipe
  const all = imageSet(input.train, unusable(recipe, classes.length))
  requireImages(all, 'to train on')
  const read =
    annotation && classMap && needsMaps(supervision)
      ? await readMaps(all, annotation, classMap, recipe)
      : { set: all, maps: undefined }
  requireImages(read.set, 'to train on')
  const votes = read.maps && needs(supervision, 'votes') ? await imageVotes(read.set, read.maps) : undefined
  const prepared = prepareLabels(supervision, { recipe, set: read.set, classes }, { votes })
  // Maps that were read only for the votes are no longer needed.
  const maps = needs(supervision, 'maps') ? read.maps : undefined
  return { set: read.set, disputed: 0, ...prepared, maps }
}

/**
 * Prepares a run. Rejects with `usage` if recipe and data do not fit (no annotation, class spaces), with
 * `bad-data` if no image is left.
 */
export async function prepareRun(input: PrepareInput): Promise<Prepared> {
  const { recipe, annotation } = input
  const { classes, classMap } = classSpaceOf(input)
  const { labels, maps, disputed, ...lesson } = await lessonOf(input, classMap)
  const { set, cached } = await cachePixels(lesson.set, input)
  requireImages(set, 'to train on')
  const student = input.model
    ? { model: input.model, warnings: [] }
    : await openStudent(recipe, classes.length)
  const looks = annotation && classMap && needs(recipe.supervision, 'answers')
  return {
    setup: {
      recipe,
      set,
      labels,
      maps,
      dir: input.dir,
      resume: input.resume,
      model: student.model,
      classes: classes.length,
      pixels: cached.source,
      annotator: looks ? annotatorOf(recipe, annotation, classMap) : undefined,
      val: await validation(input, recipe.classSpace === 'annotator' ? annotation?.classMap : undefined),
      fingerprint: fingerprint({
        recipe,
        model: student.model,
        set,
        labels: labels ?? set.labels,
        annotation: annotation?.id ?? null,
        corrections: needsMaps(recipe.supervision) ? annotation?.corrections : undefined,
      }),
    },
    classes,
    disputed,
    warnings: [...student.warnings, ...otherAnnotator(recipe, annotation)],
    cache: { how: cached.how, bytes: cached.bytes },
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
      `${recipe.supervision} supervision runs the annotator: name its ONNX file (${annotation.annotator.file}) with --annotator FILE`,
    )
  const { mean, std } = annotation
  return { model, classMap, view: { size: annotatorSide(recipe), mean, std } }
}

/** Warns if the answers come from a different model than the annotation. */
function otherAnnotator(recipe: Recipe, annotation: AnnotationInput | undefined): string[] {
  const file = recipe.distill.model
  if (!needs(recipe.supervision, 'answers') || file === null || !annotation) return []
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  if (hash === annotation.annotator.sha256) return []
  return [`${file} is not the model that made annotation ${annotation.id} (${annotation.annotator.file})`]
}
