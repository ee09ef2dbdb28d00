/** Measures of a classifier on single- and multi-label truth. */
import { fail } from '../../base/error.ts'
import type { Metrics } from '../../contract/metrics.ts'

/** The truth of an image; classes count from 0. */
export interface Truth {
  /** The one label it is scored against; null: not scored by top-1, top-5 and loss. */
  label: number | null
  /** All valid classes; an empty list is not scored (ReaL); null: only `label` is known. */
  valid: readonly number[] | null
}

/** Collects logits, batch by batch. */
export interface MetricsCollector {
  /** `count` rows of logits [count, classes] and their truth. Throws `diverged` on a logit that is not finite. */
  add(logits: Float32Array, truth: readonly Truth[]): void
  result(): Metrics
}

// Limit of 2 GB of float32 scores, because average precision needs all of them at once.
const maximumScores = 2 ** 29

/**
 * Average precision Σ_n (R_n − R_{n−1}) · P_n over the distinct scores in descending order, so that ties do not depend on
 * the order of images. Null without positives. `positive[i]` is 1 if image i has the class.
 */
export function averagePrecision(scores: Float32Array, positive: Uint8Array): number | null {
  const positives: number[] = []
  positive.forEach((flag, i) => flag && positives.push(i))
  return precisionAt(scores, positives)
}

/**
 * Only the scores of positives raise the recall, so no more than those are sorted; of the others it is enough how many
 * lie above each.
 */
function precisionAt(scores: Float32Array, positives: readonly number[]): number | null {
  if (positives.length === 0) return null
  const found = Float32Array.from(positives, i => scores[i]!).sort()
  const count = found.length
  const lowest = found[0]!
  /** Images by how many of the positives' scores they reach. */
  const reached = new Uint32Array(count + 1)
  for (const score of scores) {
    if (score < lowest) continue
    let low = 1
    let high = count
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (found[middle - 1]! <= score) low = middle
      else high = middle - 1
    }
    reached[low]!++
  }
  let sum = 0
  let above = 0
  for (let end = count; end > 0;) {
    const score = found[end - 1]!
    let begin = end
    while (begin > 0 && found[begin - 1] === score) begin--
    // All that reach this score, and no higher one, have reached exactly `end` positives.
    above += reached[end]!
    sum += ((end - begin) * (count - begin)) / above
    end = begin
  }
  return sum / count
}

/** Rank of class `label` among logits (0 is best); ties go to the lower class. */
function rankOf(logits: Float32Array, from: number, classes: number, label: number): number {
  const own = logits[from + label]!
  let rank = 0
  for (let c = 0; c < classes; c++) {
    const z = logits[from + c]!
    if (z > own || (z === own && c < label)) rank++
  }
  return rank
}

const share = (hits: number, of: number): number | null => (of > 0 ? hits / of : null)

/** The mean over the classes with positives; rows of probabilities [classes] and the valid classes of each. */
function meanAveragePrecision(
  rows: readonly Float32Array[],
  truths: readonly Truth[],
  classes: number,
): number | null {
  const positives = Array.from({ length: classes }, (): number[] => [])
  truths.forEach(({ valid }, i) => new Set(valid).forEach(c => positives[c]?.push(i)))
  const scores = new Float32Array(truths.length)
  let sum = 0
  let count = 0
  positives.forEach((images, c) => {
    if (images.length === 0) return
    for (let i = 0; i < scores.length; i++) scores[i] = rows[i]![c]!
    sum += precisionAt(scores, images)!
    count++
  })
  return share(sum, count)
}

/** A collector for `classes` classes; `mAP: false` saves its memory of 4 bytes per image and class. */
export function createMetrics(classes: number, options: { mAP?: boolean } = {}): MetricsCollector {
  const probabilities: Float32Array[] = []
  const truths: Truth[] = []
  let images = 0
  let labelled = 0
  let first = 0
  let five = 0
  let lossSum = 0
  let scored = 0
  let valid = 0
  let multi = false
  let keepScores = options.mAP ?? true

  function addOne(logits: Float32Array, from: number, truth: Truth): void {
    let top = -Infinity
    let answer = 0
    for (let c = 0; c < classes; c++) {
      const z = logits[from + c]!
      if (!Number.isFinite(z)) fail('diverged', `logit of class ${c} of image ${images} is ${z}`)
      if (z > top) {
        top = z
        answer = c
      }
    }
    let sum = 0
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[from + c]! - top)
    const logSum = top + Math.log(sum)
    images++
    if (truth.label !== null) {
      const rank = rankOf(logits, from, classes, truth.label)
      labelled++
      if (rank < 1) first++
      if (rank < 5) five++
      lossSum += logSum - logits[from + truth.label]!
    }
    const set = truth.valid ?? (truth.label === null ? null : [truth.label])
    if (set && set.length > 0) {
      scored++
      multi ||= truth.valid !== null
      if (set.includes(answer)) valid++
      if (keepScores && (truths.length + 1) * classes > maximumScores) {
        keepScores = false
        probabilities.length = 0
      }
      if (keepScores) {
        const row = new Float32Array(classes)
        for (let c = 0; c < classes; c++) row[c] = Math.exp(logits[from + c]! - logSum)
        probabilities.push(row)
        truths.push({ label: truth.label, valid: set })
      }
    }
  }

  return {
    add(logits, truth) {
      truth.forEach((one, i) => addOne(logits, i * classes, one))
    },
    result: () => ({
      images,
      top1: share(first, labelled),
      top5: classes > 5 ? share(five, labelled) : null,
      real: multi ? share(valid, scored) : null,
      mAP: keepScores ? meanAveragePrecision(probabilities, truths, classes) : null,
      loss: share(lossSum, labelled),
    }),
  }
}
