/** Recipes: defaults, overlaying, limits, files. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  evalResize,
  mergeRecipes,
  parseRecipe,
  peakRate,
  preset,
  presets,
  readRecipeFile,
} from '../../../../core/training/recipe/recipe.ts'
import { temporaryFolder } from '../fixture.ts'

const { dir, remove } = temporaryFolder()
afterAll(remove)
const usage = (message: RegExp): object =>
  expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) as string })

describe('recipes', () => {
  it("has the published ImageNet recipe's defaults", () => {
    const recipe = parseRecipe({})
    expect(recipe.optimizer).toMatchObject({ kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 })
    expect(recipe.schedule).toMatchObject({ kind: 'cosine', warmupEpochs: 5 })
    expect(recipe.augmentation.crop).toEqual({ scale: [0.08, 1], ratio: [3 / 4, 4 / 3] })
    expect(peakRate(recipe)).toBeCloseTo(0.1, 12)
    expect(peakRate(parseRecipe({ batch: 64, accumulate: 2 }))).toBeCloseTo(0.05, 12)
    expect(evalResize(recipe)).toBe(256)
  })

  it('lays later parts over earlier ones, deep', () => {
    const recipe = mergeRecipes([preset('quick'), { optimizer: { momentum: 0.5 } }, { epochs: 9 }])
    expect(recipe).toMatchObject({
      epochs: 9,
      optimizer: { kind: 'adamw', momentum: 0.5, weightDecay: 0.01 },
    })
    expect(mergeRecipes([{ augmentation: { crop: null } }]).augmentation.crop).toBeNull()
    for (const name of Object.keys(presets)) expect(mergeRecipes([preset(name)])).toBeDefined()
  })

  it('names every wrong option with its place', () => {
    expect(() => parseRecipe({ epochs: 0, optimizer: { momentm: 1 } })).toThrow(usage(/epochs.*optimizer/))
    expect(() => parseRecipe({ augmentation: { crop: { scale: [1, 0.5] } } })).toThrow(usage(/crop\.scale/))
    expect(() => parseRecipe({ size: 224, evaluation: { resize: 100 } })).toThrow(
      usage(/below the centre crop/),
    )
    expect(() => parseRecipe({ optimizer: { momentum: 0 } })).toThrow(usage(/nesterov/))
    expect(() => preset('none')).toThrow(usage(/imagenet, small, quick/))
  })

  it('reads files and tells what is wrong with them', () => {
    const file = join(dir, 'recipe.json')
    writeFileSync(file, '{"epochs": 7}')
    expect(mergeRecipes([readRecipeFile(file)]).epochs).toBe(7)
    writeFileSync(file, '[1]')
    expect(() => readRecipeFile(file)).toThrow(expect.objectContaining({ code: 'bad-data' }))
    writeFileSync(file, '{"epochs": ')
    expect(() => readRecipeFile(file)).toThrow(/recipe\.json is not valid JSON/)
    expect(() => readRecipeFile(join(dir, 'no.json'))).toThrow(expect.objectContaining({ code: 'not-found' }))
  })
})
