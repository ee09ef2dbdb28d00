/** The check-annotator job: the surgery on a classifier, its error on an image, and what fits a request. */
import { checkSurgery, requireSurgery } from '../../../core/annotator/check-surgery.ts'
import { fitInput } from '../../../core/annotator/open.ts'
import { inputSize, type Preprocessing } from '../../../core/annotator/preprocess.ts'
import { random } from '../../../core/base/random.ts'
import { messageOf, RelabelError } from '../../../core/base/error.ts'
import type { FloatArray } from '../../../core/engine/engine.ts'
import { readOnnx } from '../../../core/graph/files/read.ts'
import type { OnnxModel } from '../../../core/graph/model.ts'
import { mapSize } from '../../../core/graph/surgery/map-size.ts'
import type { SurgeryReport } from '../../../core/graph/surgery/report.ts'
import { toAnnotator } from '../../../core/graph/surgery/to-annotator.ts'
import { probeImage } from '../../../core/image/decode.ts'
import { normalisation, type Normalisation } from '../../../core/image/normalise.ts'
import { decodeToPlanes } from '../../../core/image/resized.ts'
import { modelInfo } from '../../../core/training/measure/model-info.ts'
import { imagesOf } from './job.ts'
import type { JobContext } from '../process/protocol.ts'

/** What to check. The image is `image`, or the first good one of the project's split, or made of noise. */
export interface CheckConfig {
  model: string
  preprocessing: Preprocessing
  batch: number
  image?: string
  project?: string
  split?: string
  acceptApproximation?: boolean
}

/** What was found. */
export interface CheckResult {
  report: SurgeryReport
  /** max |mean(map) − logits| / max |logits|. */
  error: number
  /** [height, width] of the input that the error was measured at. */
  measuredAt: [number, number]
  /** The image it was measured on; null for noise. */
  image: string | null
  /** Why the model is refused, or null. */
  refused: string | null
  /** [h, w] of the map for the size asked for. */
  mapSize: [number, number] | null
  /** Pixels a cell, down and across. */
  stride: [number, number]
  batch: number
  fixedBatch?: number
  /** What the file says of itself, where this program wrote it; null where it does not. */
  named: { classes: string[] | null; size: number | null; mean: number[] | null; std: number[] | null }
}

export async function run(config: CheckConfig, context: JobContext): Promise<CheckResult> {
  const { preprocessing } = config
  const classifier = await readOnnx(config.model)
  const { model, report } = toAnnotator(classifier)
  const fitting = fitInput(report, config.model, { ...preprocessing, batch: config.batch })
  for (const warning of report.warnings) context.warn(`note: ${warning}`)

  const { input, image } = await imageFor(config, classifier, report, fitting.fixedBatch ?? 1, context)
  const check = await checkSurgery(classifier, model, report, input)
  const [, , height = 0, width = 0] = input.shape
  const [rows, columns] = check.mapSize
  let refused: string | null = null
  try {
    requireSurgery(report, check, { acceptApproximation: config.acceptApproximation ?? false })
  } catch (error) {
    refused = messageOf(error)
  }
  return {
    report,
    error: check.relativeError,
    measuredAt: [height, width],
    image,
    refused,
    mapSize: mapSize(model, [preprocessing.size, preprocessing.size]) ?? null,
    stride: report.stride ?? [Math.round(height / rows), Math.round(width / columns)],
    ...fitting,
    named: namedIn(classifier),
  }
}

function namedIn(model: OnnxModel): CheckResult['named'] {
  const { classes, input } = modelInfo(model)
  return {
    classes: classes ?? null,
    size: input?.size ?? null,
    mean: input?.mean ?? null,
    std: input?.std ?? null,
  }
}

/** Size that the classifier itself takes: its own where the export fixed it, else the one asked for. */
function sizeFor(classifier: OnnxModel, report: SurgeryReport, preprocessing: Preprocessing): Preprocessing {
  const shape = classifier.graph.inputs.find(({ name }) => name === report.input)?.shape ?? []
  // Height and width are the second and third, or the third and fourth: whichever are not the 3 channels.
  const sides = shape.slice(1).filter(dim => typeof dim === 'number' && dim !== 3) as number[]
  return sides[0] === undefined ? preprocessing : { ...preprocessing, size: sides[0], resize: 'squash' }
}

async function imageFor(
  config: CheckConfig,
  classifier: OnnxModel,
  report: SurgeryReport,
  count: number,
  context: JobContext,
): Promise<{ input: FloatArray; image: string | null }> {
  const preprocessing = sizeFor(classifier, report, config.preprocessing)
  const by = normalisation(preprocessing.mean, preprocessing.std)
  const files = config.image
    ? [config.image]
    : config.project && config.split
      ? imagesOf(config.project, config.split).map(image => image.file)
      : []
  for (const file of files) {
    try {
      const size = inputSize(preprocessing, await probeImage(file), report.stride ?? [32, 32])
      const planes = new Float32Array(3 * size.width * size.height)
      await decodeToPlanes(file, size, by, planes)
      return { input: repeated(planes, size, count), image: file }
    } catch (error) {
      if (config.image || !(error instanceof RelabelError)) throw error
      if (context.signal.aborted) break
    }
  }
  const { size } = preprocessing
  return { input: repeated(noise(size * size, by), { width: size, height: size }, count), image: null }
}

/** Noise as planes [3, plane], normalised as an image is. */
function noise(plane: number, { gain, bias }: Normalisation): Float32Array {
  const draw = random(1)
  return Float32Array.from({ length: 3 * plane }, (_, i) => {
    const c = Math.floor(i / plane)
    return draw.next() * gain[c]! + bias[c]!
  })
}

/** One image [3, H, W] as a batch of `count` [count, 3, H, W]. */
function repeated(
  planes: Float32Array,
  { width, height }: { width: number; height: number },
  count: number,
): FloatArray {
  const data = new Float32Array(planes.length * count)
  for (let i = 0; i < count; i++) data.set(planes, i * planes.length)
  return { shape: [count, 3, height, width], data }
}
