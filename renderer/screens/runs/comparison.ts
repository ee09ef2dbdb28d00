/** Compares two runs: change per class, and the confusions of the most confused classes. */
import type { RunComparison } from '../../../core/contract/api/training.ts'

/** A class in both runs; shares of 1. */
export interface ClassChange {
  class: number
  images: number
  base: number
  other: number
  change: number
}

export type ChangeOrder = 'gain' | 'loss' | 'size' | 'class'

/** The chosen classes; null: all. */
export type OnlyClasses = ReadonlySet<number> | null

/** Every class with images, in the requested order; ties by class. */
export function classChanges(
  comparison: RunComparison,
  order: ChangeOrder,
  only: OnlyClasses = null,
): ClassChange[] {
  const all = comparison.classes
    .filter(entry => entry.images > 0 && (only?.has(entry.class) ?? true))
    .map(entry => ({ ...entry, change: entry.other - entry.base }))
  const value: Record<ChangeOrder, (entry: ClassChange) => number> = {
    gain: entry => -entry.change,
    loss: entry => entry.change,
    size: entry => -Math.abs(entry.change),
    class: entry => entry.class,
  }
  return all.sort((a, b) => value[order](a) - value[order](b) || a.class - b.class)
}

/** Images of one class answered as another, in both runs. */
export interface Confusion {
  truth: number
  answer: number
  base: number
  other: number
}

/** Confusions of either run with one of the classes, those with the most images (of both runs together) first. */
export function confusions(comparison: RunComparison, only: OnlyClasses = null): Confusion[] {
  const all = new Map<string, Confusion>()
  for (const side of ['base', 'other'] as const)
    for (const [truth, answer, images] of comparison.confusion[side]) {
      if (truth === answer || (only && !only.has(truth) && !only.has(answer))) continue
      const key = `${truth} ${answer}`
      const known = all.get(key) ?? { truth, answer, base: 0, other: 0 }
      all.set(key, { ...known, [side]: images })
    }
  return [...all.values()].sort(
    (a, b) => b.base + b.other - (a.base + a.other) || a.truth - b.truth || a.answer - b.answer,
  )
}

/** Which matrix to show: a run's, or the difference to the base. */
export type MatrixOf = 'base' | 'other' | 'difference'

/** Counts of the most confused classes: rows are true classes, columns answers. The diagonal is left at 0. */
export interface Matrix {
  classes: number[]
  /** [row][column] */
  counts: number[][]
  /** Largest absolute count, at least 1. */
  largest: number
}

/**
 * The matrix over at most `limit` classes, chosen over both runs so that all three matrices show the same ones: those of
 * the `chosen` confusions. Its counts are of all confusions between them.
 */
export function confusionMatrix(
  all: readonly Confusion[],
  of: MatrixOf,
  limit: number,
  chosen: readonly Confusion[] = all,
): Matrix {
  const weight = new Map<number, number>()
  for (const { truth, answer, base, other } of chosen)
    for (const index of [truth, answer]) weight.set(index, (weight.get(index) ?? 0) + base + other)
  const classes = [...weight]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, limit)
    .map(([index]) => index)
    .sort((a, b) => a - b)
  const place = new Map(classes.map((index, i) => [index, i]))
  const counts = classes.map(() => classes.map(() => 0))
  let largest = 1
  for (const confusion of all) {
    const [row, column] = [place.get(confusion.truth), place.get(confusion.answer)]
    if (row === undefined || column === undefined) continue
    const count = of === 'difference' ? confusion.other - confusion.base : confusion[of]
    counts[row]![column] = count
    largest = Math.max(largest, Math.abs(count))
  }
  return { classes, counts, largest }
}
