/** Implements `runs.compare`: compares the answers of two runs for the same images. */
import { fail } from '../../../core/base/error.ts'
import type { RunComparison } from '../../../core/contract/api/training.ts'
import { resolveClass, resolveClasses } from '../../../core/project/database/classes.ts'
import { labelsOfSplit } from '../../../core/project/images.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import { readPredictions, type Predictions } from '../../tasks/evaluate/predictions.ts'

/** A scored answer. */
interface Judged {
  /** The image's class: its given label, else the first valid one. */
  class: number
  /** The answered class; any valid answer counts as the image's class. */
  answer: number
}

/** Answers by image key, by the labels and truth that are in force; images without a known class are left out. */
function judge(
  project: Project,
  predictions: Predictions,
  now: ReturnType<typeof labelsOfSplit>,
): Map<string, Judged> {
  const { keys, labels, truth, answers } = predictions
  const judged = new Map<string, Judged>()
  keys.forEach((key, i) => {
    // Classes that were merged since the run answered are one.
    const image = now.get(key)
    const valid = image ? image.valid : truth[i] ? resolveClasses(project, truth[i]) : null
    const given = image ? image.label : labels[i]! >= 0 ? resolveClass(project, labels[i]!) : null
    const label = given ?? valid?.[0]
    if (label === undefined) return
    const answer = resolveClass(project, answers[i]!)
    const right = valid && valid.length > 0 ? valid.includes(answer) : answer === label
    judged.set(key, { class: label, answer: right ? label : answer })
  })
  return judged
}

/** Counts of [class, answer], most frequent first; the diagonal has the correct answers. */
function confusionOf(judged: Iterable<Judged>): [number, number, number][] {
  const counts = new Map<string, [number, number, number]>()
  for (const { class: of, answer } of judged) {
    const entry = counts.get(`${of} ${answer}`)
    if (entry) entry[2]++
    else counts.set(`${of} ${answer}`, [of, answer, 1])
  }
  return [...counts.values()].sort((a, b) => b[2] - a[2] || a[0] - b[0] || a[1] - b[1])
}

/**
 * Compares two runs on the images of a split that both answered. An answer is correct if it is among the valid classes
 * (all of them if they are known, else the given label). Fails with `not-found` without answers of both.
 */
export function runsCompare(
  project: Project,
  { base, other, split }: { base: string; other: string; split: string },
): RunComparison {
  const now = labelsOfSplit(project, split)
  const [first, second] = [base, other].map(id =>
    judge(project, readPredictions(getRun(project, id).dir, id, split), now),
  ) as [Map<string, Judged>, Map<string, Judged>]
  const classes = new Map<number, { images: number; base: number; other: number }>()
  const agreement = { both: 0, base: 0, other: 0, neither: 0 }
  const pairs: [Judged, Judged][] = []
  for (const [key, one] of first) {
    const two = second.get(key)
    // An image whose label changed between the two runs cannot be compared.
    if (!two || two.class !== one.class) continue
    pairs.push([one, two])
    const [a, b] = [one.answer === one.class, two.answer === two.class]
    agreement[a ? (b ? 'both' : 'base') : b ? 'other' : 'neither']++
    const entry = classes.get(one.class) ?? { images: 0, base: 0, other: 0 }
    classes.set(one.class, entry)
    entry.images++
    if (a) entry.base++
    if (b) entry.other++
  }
  if (pairs.length === 0)
    fail(
      'not-found',
      `runs ${base} and ${other} have no answers for a common image of "${split}"; evaluate both again`,
    )
  return {
    split,
    base,
    other,
    agreement,
    classes: [...classes]
      .sort(([a], [b]) => a - b)
      .map(([index, { images, ...right }]) => ({
        class: index,
        images,
        base: right.base / images,
        other: right.other / images,
      })),
    confusion: {
      base: confusionOf(pairs.map(([one]) => one)),
      other: confusionOf(pairs.map(([, two]) => two)),
    },
  }
}
