/** What keeping only the top K classes costs: bytes, and how far pooled targets move from those of the dense map. */
import { random } from '../base/random.ts'
import type { LogitMode } from '../contract/manifest.ts'
import { decodeLabelMap, encodeLabelMap, type Compression } from '../labelmap/codec/record.ts'
import { topK } from '../labelmap/top-k.ts'
import { cropBox } from '../pooling/crop.ts'
import { poolLabelMap } from '../pooling/pool-label-map.ts'
import { roiAlign } from '../pooling/roi-align.ts'
import { drawCrop } from './random-crop.ts'

/** The annotator's whole answer for an image. */
export interface DenseMap {
  shape: [C: number, H: number, W: number]
  data: Float32Array
  image: { width: number; height: number }
}

/** A row of the table, means over images and crops. */
export interface CostOfK {
  k: number
  bytes: number
  /** KL(dense target ‖ stored target) in nats. */
  divergence: number
  /** Share of crops whose top class is the same, 0…1. */
  agreement: number
}

function softmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity)
  const shares = Float64Array.from(logits, value => Math.exp(value - top))
  const total = shares.reduce((a, b) => a + b, 0)
  return shares.map(share => share / total)
}

const argmax = (values: ArrayLike<number>): number => {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** Measures K = `ks` on `maps` with `crops` random crops each; the same seed draws the same crops. */
export function costOfK(
  maps: readonly DenseMap[],
  ks: readonly number[],
  options: { crops: number; seed: number; mode: LogitMode; compression: Compression },
): CostOfK[] {
  const rows = ks.map(k => ({ k, bytes: 0, divergence: 0, agreement: 0 }))
  for (const [index, { shape, data, image }] of maps.entries()) {
    const [classes, height, width] = shape
    const stored = rows.map(row => {
      const bytes = encodeLabelMap(topK(data, shape, row.k), options.mode, options.compression)
      row.bytes += bytes.length / maps.length
      return decodeLabelMap(bytes, options.compression)
    })
    const draw = random(options.seed, index)
    for (let n = 0; n < options.crops; n++) {
      const crop = drawCrop(image, draw)
      const box = cropBox(crop, image, { height, width })
      const dense = softmax(roiAlign(data, shape, box, { outputSize: 1 }))
      const top = argmax(dense)
      for (const [i, row] of rows.entries()) {
        const { probabilities } = poolLabelMap(stored[i]!, crop, image, { classes })
        row.divergence += divergenceOf(dense, probabilities) / (maps.length * options.crops)
        if (argmax(probabilities) === top) row.agreement += 1 / (maps.length * options.crops)
      }
    }
  }
  return rows
}

/** KL(p ‖ q) = Σ p·ln(p/q) in nats; q is kept off zero by the smallest float. */
function divergenceOf(p: Float64Array, q: Float32Array): number {
  let sum = 0
  for (let c = 0; c < p.length; c++) {
    const share = p[c]!
    if (share > 0) sum += share * Math.log(share / Math.max(q[c]!, 1e-38))
  }
  return sum
}
