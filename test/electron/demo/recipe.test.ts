/** The demo's recipes: valid in every row, and as the recipe says. */
import { describe, expect, it } from 'vitest'
import { parseRecipe } from '../../../core/training/recipe/recipe.ts'
import { demoPaths } from '../../../electron/demo/context.ts'
import { allRows, demoRecipe } from '../../../electron/demo/recipe.ts'
import { trainingRecipe } from '../../../electron/demo/students.ts'

const recipe = demoRecipe({ seeds: 3, full: true, scale: 1 })
const context = { recipe, paths: demoPaths('/demo') }

describe('trainingRecipe', () => {
  it.each(allRows.map(row => [row.name, row] as const))('makes a valid recipe of %s', (_, row) => {
    const parsed = parseRecipe(trainingRecipe(context, row, 2, 'a1'))
    expect(parsed).toMatchObject({
      student: 'digits_student',
      size: 40,
      epochs: 6,
      batch: 32,
      lr: 8e-3,
      seed: 2,
      annotation: 'a1',
      optimizer: { kind: 'adamw', weightDecay: 1e-2 },
      schedule: { kind: 'cosine', warmupSteps: 100 },
      augmentation: {
        crop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
        flip: 0,
        brightness: 0,
        lighting: 0,
      },
      evaluation: { mode: 'squash' },
    })
    expect(parsed.cutmix.probability).toBe(row.name.endsWith('CutMix') ? 0.5 : 0)
  })

  it('tells distillation which annotator, and at which size', () => {
    const row = allRows.find(one => one.name === 'distill')!
    expect(parseRecipe(trainingRecipe(context, row, 0, 'a1')).distill).toMatchObject({
      size: 64,
      model: context.paths.annotator,
    })
  })
})

describe('demoRecipe', () => {
  it('makes the recipe at scale 1, and something small but whole below', () => {
    expect(recipe.rows).toHaveLength(10)
    expect(recipe.scenes).toMatchObject({ train: 8000, val: 1000, test: 3000, canvases: 20_000 })
    expect(recipe.annotator).toMatchObject({ epochs: 5, batch: 64, lr: 6e-3, sizes: [24, 32, 40, 48, 56] })
    const small = demoRecipe({ seeds: 1, full: false, scale: 0.005 })
    expect(small.rows.map(row => row.name)).toEqual(['onehot', 'relabel', 'global-multi'])
    expect(small.scenes.train).toBeGreaterThanOrEqual(32) // one batch
    expect(small.scenes.canvases).toBeGreaterThanOrEqual(64)
  })
})
