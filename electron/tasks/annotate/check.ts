/** The check-annotator job: the surgery on a classifier, its error on an image, and what fits a request. */
import { checkSurgery, requireSurgery } from '../../../core/annotator/check-surgery.ts'
import { fitInput } from '../../../core/annotator/open.ts'
import { inputSize, normalise, type Preprocessing } from '../../../core/annotator/preprocess.ts'
import { random } from '../../../core/base/random.ts'
import { messageOf, RelabelError } from '../../../core/base/error.ts'
import type { FloatArray } from '../../../core/engine/engine.ts'
import { readOnnx } from '../../../core/graph/files/read.ts'
import type { OnnxModel } from '../../../core/graph/model.ts'
import { mapSize } from '../../../core/graph/surgery/map-size.ts'
import type { SurgeryReport } from '../../../core/graph/surgery/report.ts'
import { toAnnotator } from '../../../core/graph/surgery/to-annotator.ts'
import { decodeImage } from '../../../core/image/decode.ts'
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
  const files = config.image
    ? [config.image]
    : config.project && config.split
      ? imagesOf(config.project, config.split).map(image => image.file)
      : []
  for (const file of files) {
    try {
      const whole = await decodeImage(file)
      const size = inputSize(preprocessing, whole, report.stride ?? [32, 32])
      const pixels = await decodeImage(file, { resize: { ...size, fit: 'fill' } })
      return { input: repeated(pixels, preprocessing, count), image: file }
    } catch (error) {
      if (config.image || !(error instanceof RelabelError)) throw error
      if (context.signal.aborted) break
    }
  }
  const { size } = preprocessing
  const draw = random(1)
  const data = Uint8Array.from({ length: size * size * 3 }, () => draw.int(256))
  return { input: repeated({ width: size, height: size, data }, preprocessing, count), image: null }
}

function repeated(
  image: { width: number; height: number; data: Uint8Array },
  preprocessing: Preprocessing,
  count: number,
): FloatArray {
  const floats = image.width * image.height * 3
  const data = new Float32Array(floats * count)
  for (let i = 0; i < count; i++)
    normalise(image.data, image, preprocessing, data.subarray(i * floats, (i + 1) * floats))
  return { shape: [count, 3, image.height, image.width], data }
}
