/** Composes a scene: several known digits, one given label. */
import { random } from '../../base/random.ts'
import type { Random } from '../../base/random.ts'
import type { DigitPool } from './digits.ts'
import type { SceneOptions } from './options.ts'
import { cutDigit, drawColour, drawSize, finish, paintBackground, paintStamp, scaleStamp } from './paint.ts'
import type { Stamp } from './paint.ts'

/** Pixels; right and bottom are exclusive. */
export type Box = [x1: number, y1: number, x2: number, y2: number]

export interface SceneObject {
  class: number
  box: Box
}

/** A scene: RGB bytes `[size, size, 3]`, its objects largest first, and the label it was given. */
export interface Scene {
  size: number
  pixels: Uint8Array
  label: number
  largest: number
  objects: SceneObject[]
}

/** Each split has its own stream of random numbers. */
export const splits = ['train', 'val', 'test'] as const
export type Split = (typeof splits)[number]

export const area = ([x1, y1, x2, y2]: Box): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1)

/** Area of the intersection of two boxes. */
export function intersection(a: Box, b: Box): number {
  return area([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])])
}

function drawCount(draw: Random, weights: readonly number[]): number {
  let left = draw.next() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [i, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return i + 1
  }
  return weights.findLastIndex(weight => weight > 0) + 1
}

interface Wanted {
  class: number
  stamp: Stamp
  longest: number
}

function drawDigits(draw: Random, pool: DigitPool, options: SceneOptions): Wanted[] {
  const classes = draw.shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).slice(0, drawCount(draw, options.digitCounts))
  const wanted = classes.map(label => {
    const members = pool.byClass[label] ?? []
    const digit = cutDigit(pool, members[draw.int(members.length)] ?? 0, options.inkThreshold)
    const longest = drawSize(draw, options.digitSize)
    return { class: label, longest, stamp: scaleStamp(digit, longest) }
  })
  return wanted.sort((a, b) => b.longest - a.longest)
}

/** A free position within the picture, or undefined after too many attempts. */
function findPlace(
  draw: Random,
  stamp: Stamp,
  placed: readonly SceneObject[],
  options: SceneOptions,
): Box | undefined {
  for (let attempt = 0; attempt < options.tries; attempt++) {
    const x = draw.int(options.size - stamp.width + 1)
    const y = draw.int(options.size - stamp.height + 1)
    const box: Box = [x, y, x + stamp.width, y + stamp.height]
    const free = placed.every(
      other => intersection(box, other.box) <= options.overlap * Math.min(area(box), area(other.box)),
    )
    if (free) return box
  }
  return undefined
}

/** Scene `index` of a split; it depends on the options only. */
export function makeScene(pool: DigitPool, split: Split, index: number, options: SceneOptions): Scene {
  const draw = random(options.seed, splits.indexOf(split), index)
  const objects: (SceneObject & { stamp: Stamp })[] = []
  for (const { class: label, stamp } of drawDigits(draw, pool, options)) {
    const box = findPlace(draw, stamp, objects, options)
    if (box) objects.push({ class: label, box, stamp })
  }
  const canvas = paintBackground(draw, options.size, options)
  for (const { stamp, box } of objects.toReversed())
    paintStamp(canvas, stamp, box[0], box[1], drawColour(draw, options))
  const pixels = finish(draw, canvas, options)
  const largest = objects[0]?.class ?? 0
  const wrong = objects.length > 1 && draw.next() < options.wrongLabel
  const label = wrong ? (objects[1 + draw.int(objects.length - 1)]?.class ?? largest) : largest
  return {
    size: options.size,
    pixels,
    label,
    largest,
    objects: objects.map(({ class: c, box }) => ({ class: c, box })),
  }
}
