/** Every supervision's target against core/pooling and hand-computed numbers. */
import { describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import type { RecipeInput } from '../../../../core/contract/recipe.ts'
import type { SupervisionName } from '../../../../core/contract/supervision.ts'
import { classMapOf, identityClassMap } from '../../../../core/labelmap/class-map.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { poolLabelMap } from '../../../../core/pooling/pool-label-map.ts'
import { createTargetScratch } from '../../../../core/pooling/target.ts'
import { cleanLabels } from '../../../../core/training/supervision/clean.ts'
import { distillTargets } from '../../../../core/training/supervision/distill.ts'
import { targetMaker } from '../../../../core/training/supervision/index.ts'
import type { MapContext } from '../../../../core/training/supervision/supervision.ts'
import { tinyRecipe } from '../fixture.ts'

const classes = 12
const size = { height: 60, width: 90 }

function makeMap(seed: number): LabelMap {
  const draw = random(seed)
  const ids = new Uint16Array(3 * 4 * 5)
  const logits = new Float32Array(ids.length)
  for (let cell = 0; cell < 20; cell++) {
    const order = draw.shuffle(Array.from({ length: classes }, (_, c) => c))
    for (let k = 0; k < 3; k++) {
      ids[k * 20 + cell] = order[k]!
      logits[k * 20 + cell] = 8 - 2 * k + draw.next()
    }
  }
  return { shape: [3, 4, 5], ids, logits }
}

const maps = [makeMap(1), makeMap(2)]
const context = (axes: 'correct' | 'published' = 'correct'): MapContext => {
  const scratch = createTargetScratch(identityClassMap(classes), { axes })
  return { map: i => maps[i]!, size: () => size, scratch }
}
const crop = { top: 11, left: 23, height: 30, width: 41 }
const whole = { top: 0, left: 0, ...size }

function target(
  name: SupervisionName,
  index: number,
  where = crop,
  { axes, ...changes }: RecipeInput = {},
): number[] {
  const out = new Float32Array(classes)
  const given = { label: Int32Array.of(4, 7), maps: context(axes) }
  targetMaker(name, { classes, recipe: tinyRecipe(changes) }, given)!(index, where, out)
  return [...out]
}

const hot = (at: number): number[] => Array.from({ length: classes }, (_, c) => Number(c === at))
const pooled = (index: number, axes?: 'published'): Float32Array =>
  poolLabelMap(maps[index]!, crop, size, { classes, ...(axes ? { axes } : {}) }).probabilities
const close = (got: number[], expected: ArrayLike<number>): void =>
  // float32 against float32 of the same double sums.
  got.forEach((value, c) => expect(value).toBeCloseTo(expected[c]!, 6))

/** Softmax of the mean over cells, by the definition. */
function mean(index: number): number[] {
  const { ids, logits } = maps[index]!
  const z = new Float64Array(classes)
  ids.forEach((id, i) => (z[id] = z[id]! + logits[i]! / 20))
  const shares = [...z].map(Math.exp)
  const total = shares.reduce((a, b) => a + b)
  return shares.map(share => share / total)
}
const argmax = (values: ArrayLike<number>): number =>
  Array.from(values).indexOf(Math.max(...Array.from(values)))

describe('targets', () => {
  it('onehot and clean give the label, smooth spreads ε', () => {
    expect(target('onehot', 1)).toEqual(hot(7))
    expect(target('clean', 0)).toEqual(hot(4))
    close(
      target('smooth', 0, crop, { labelSmoothing: 0.12 }),
      hot(4).map(t => 0.88 * t + 0.01),
    )
    expect(target('smooth', 0)[4]).toBeCloseTo(0.9 + 0.1 / classes, 6)
  })

  it('relabel is the pooled label map of the crop, in either order of axes', () => {
    for (const index of [0, 1]) {
      close(target('relabel', index), pooled(index))
      close(target('relabel', index, crop, { axes: 'published' }), pooled(index, 'published'))
    }
    expect(target('relabel', 0)).not.toEqual(target('relabel', 0, whole))
  })

  it('localized-single keeps the strongest class of the crop', () => {
    for (const index of [0, 1]) expect(target('localized-single', index)).toEqual(hot(argmax(pooled(index))))
  })

  it('global targets do not depend on the crop', () => {
    for (const index of [0, 1]) {
      close(target('global-multi', index), mean(index))
      expect(target('global-single', index)).toEqual(hot(argmax(mean(index))))
      expect(target('global-multi', index, whole)).toEqual(target('global-multi', index))
    }
  })

  it('refuses an image without a label', () => {
    const base = { classes, recipe: tinyRecipe() }
    const make = targetMaker('onehot', base, { label: Int32Array.of(-1) })!
    expect(() => make(0, crop, new Float32Array(classes))).toThrow(
      expect.objectContaining({ code: 'bad-data' }),
    )
  })
})

describe('cleanLabels', () => {
  it('replaces or lists what the vote disputes', () => {
    const labels = Int32Array.of(3, 1, 2)
    const votes = Int32Array.of(3, 0, -1)
    expect([...cleanLabels(labels, votes, 'replace').labels]).toEqual([3, 0, 2])
    const dropped = cleanLabels(labels, votes, 'drop')
    expect([...dropped.labels]).toEqual([3, 1, 2])
    expect([...dropped.disputed]).toEqual([[1, 0]])
  })
})

describe('distillTargets', () => {
  it('is the softmax at a temperature, the maximum winning where classes fall together', () => {
    const map = classMapOf([0, 1, 1, -1], 3)
    const out = new Float32Array(6)
    distillTargets(Float32Array.of(1, 0, 3, 9, 2, 4, -1, 0), 2, map, 2, out)
    // Row 1: classes (1, 3)/2; row 2: (2, 4)/2; class 2 has no counterpart.
    const p = (a: number, b: number): number => 1 / (1 + Math.exp((b - a) / 2))
    close([...out], [p(1, 3), p(3, 1), 0, p(2, 4), p(4, 2), 0])
  })

  it('refuses answers that are not finite', () => {
    const run = (): void =>
      distillTargets(Float32Array.of(NaN, 1), 1, identityClassMap(2), 1, new Float32Array(2))
    expect(run).toThrow(expect.objectContaining({ code: 'diverged' }))
  })
})
