/** Measures whether the mean of an annotator's map equals the classifier's logits. */
import { fail } from '../base/error.ts'
import type { FloatArray } from '../engine/engine.ts'
import { openSession } from '../engine/session.ts'
import type { OnnxModel } from '../graph/model.ts'
import { hasChannelsLast } from '../graph/surgery/image-input.ts'
import type { SurgeryReport } from '../graph/surgery/report.ts'
import { withOutput } from '../graph/surgery/with-output.ts'

/** An annotator with a larger relative error is refused, unless the user accepts its approximation. */
export const surgeryTolerance = 1e-3

/** What was measured on real images. */
export interface SurgeryCheck {
  /** max |mean(map) − logits| / max |logits|, over all images and classes. */
  relativeError: number
  /** The label map's size for these images. */
  mapSize: [h: number, w: number]
  /** Share of the images whose top class is the same. */
  sameTop: number
}

/** [N, 3, H, W] → [N, H, W, 3]. */
function channelsLast({ shape, data }: FloatArray): FloatArray {
  const [n = 0, c = 0, h = 0, w = 0] = shape
  const out = new Float32Array(data.length)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < h * w; p++) out[(i * h * w + p) * c + k] = data[(i * c + k) * h * w + p]!
  return { shape: [n, h, w, c], data: out }
}

async function runOnce(
  model: OnnxModel,
  input: string,
  images: FloatArray,
  output: string,
): Promise<FloatArray> {
  const session = await openSession(model)
  try {
    const results = await session.run({ [input]: images })
    return results[output] ?? fail('bad-model', `the model gives no "${output}"`)
  } finally {
    await session.close()
  }
}

const argmax = (values: Float32Array): number =>
  values.reduce((best, v, i) => (v > values[best]! ? i : best), 0)

/** The means of a map [N, C, h, w] over its cells, [N, C], summed in double precision. */
export function mapMeans({ shape, data }: FloatArray): Float32Array {
  const [n = 0, c = 0, h = 0, w = 0] = shape
  const cells = h * w
  const means = new Float32Array(n * c)
  for (let i = 0; i < n * c; i++) {
    let sum = 0
    for (let p = 0; p < cells; p++) sum += data[i * cells + p]!
    means[i] = sum / cells
  }
  return means
}

/**
 * Runs classifier and annotator on images [N, 3, H, W] (prepared as the classifier wants them) and compares. The images
 * must have a size that both take. Rejects with `bad-model` where either cannot run.
 */
export async function checkSurgery(
  original: OnnxModel,
  annotator: OnnxModel,
  report: SurgeryReport,
  images: FloatArray,
): Promise<SurgeryCheck> {
  const bare = withOutput(original, report.logits)
  const input = bare.graph.inputs.find(({ name }) => name === report.input)
  const fed = input && hasChannelsLast(input) ? channelsLast(images) : images
  const logits = await runOnce(bare, report.input, fed, report.logits)
  const map = await runOnce(annotator, report.input, images, report.output)
  const [n = 0, c = 0, h = 0, w = 0] = map.shape
  const means = mapMeans(map)
  if (means.length !== logits.data.length)
    fail(
      'bad-model',
      `the map has [${map.shape.join(', ')}] values and the classifier [${logits.shape.join(', ')}]`,
    )
  let difference = 0
  let largest = 0
  logits.data.forEach((logit, i) => {
    difference = Math.max(difference, Math.abs(means[i]! - logit))
    largest = Math.max(largest, Math.abs(logit))
  })
  const same = Array.from({ length: n }, (_, i) => {
    const [from, to] = [i * c, (i + 1) * c]
    return argmax(means.subarray(from, to)) === argmax(logits.data.subarray(from, to))
  })
  const relativeError = difference === 0 ? 0 : difference / largest
  // NaN would pass every comparison, so it is an error of its own.
  return {
    relativeError: Number.isNaN(difference) || Number.isNaN(largest) ? Infinity : relativeError,
    mapSize: [h, w],
    sameTop: same.filter(Boolean).length / Math.max(1, n),
  }
}

/**
 * Refuses an annotator whose error is above {@link surgeryTolerance}: RelabelError `unsupported`, unless the head is
 * known to be an approximation and `acceptApproximation` is set. An exact head with such an error is always refused,
 * since then something is wrong.
 */
export function requireSurgery(
  report: SurgeryReport,
  check: SurgeryCheck,
  options: { acceptApproximation?: boolean } = {},
): void {
  if (check.relativeError <= surgeryTolerance) return
  const error = `the mean of its label map differs from the classifier's logits by ${check.relativeError.toExponential(1)} (relative; ${surgeryTolerance} is allowed)`
  if (report.approximation && options.acceptApproximation) return
  if (report.approximation)
    fail('unsupported', `${error}: ${report.approximation}. Accept the approximation to use it anyway.`, {
      ...check,
    })
  fail(
    'unsupported',
    `${error}, although the head "${report.head}" is exact; the model may behave differently at this image size`,
    {
      ...check,
    },
  )
}
