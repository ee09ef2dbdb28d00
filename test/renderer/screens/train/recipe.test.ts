/** Recipes as trees, the fields of the editor, and plans; held against the real schema and presets. */
import { describe, expect, it } from 'vitest'
import { recipeSchema, recipeSections } from '../../../../core/contract/recipe.ts'
import { recipeSettings } from '../../../../core/contract/recipe-settings.ts'
import { supervisions } from '../../../../core/contract/supervision.ts'
import { mergeParts as merged, mergeRecipes, presets } from '../../../../core/training/recipe/recipe.ts'
import { demoRecipe } from '../../../../electron/demo/recipe.ts'
import {
  fieldsOf,
  fieldText,
  isChanged,
  parseField,
  problemsByPath,
  rangeText,
} from '../../../../renderer/screens/train/fields.ts'
import {
  changed,
  needsMaps,
  partsOf,
  presetsFor,
  proposedPreset,
  restored,
  sampleRecipe,
  trainRequest,
  type Plan,
} from '../../../../renderer/screens/train/plan.ts'
import {
  differences,
  mergeParts,
  settings,
  valueAt,
  withoutValue,
  withValue,
  type Part,
} from '../../../../renderer/recipe/parts.ts'

const defaults = recipeSchema.parse({}) as unknown as Part
const plan: Plan = { base: { kind: 'preset', name: 'quick', recipe: presets.quick }, changes: {} }

describe('recipe parts', () => {
  it('merges as the backend does', () => {
    const parts = [
      presets.small,
      { augmentation: { crop: null }, epochs: 3 },
      { optimizer: { momentum: 0.8 } },
    ]
    expect(mergeParts(parts)).toEqual(merged(parts))
  })
  it('reads, sets and removes a setting without touching the original', () => {
    const part = { a: { b: 1 }, c: 2 }
    expect(valueAt(withValue(part, 'a.d.e', 5), 'a.d.e')).toBe(5)
    expect(withoutValue(part, 'a.b')).toEqual({ c: 2 })
    expect(withoutValue(part, 'x.y')).toEqual(part)
    expect(part).toEqual({ a: { b: 1 }, c: 2 })
  })
  it('lists every setting once, and rebuilds the recipe from them', () => {
    const rebuilt = settings(defaults).reduce<Part>((part, [path, value]) => withValue(part, path, value), {})
    expect(rebuilt).toEqual(defaults)
  })
  it('finds differences, those of a group that became null too', () => {
    expect(differences(defaults, defaults)).toEqual([])
    const other = recipeSchema.parse({ epochs: 3, augmentation: { crop: null } }) as unknown as Part
    expect(
      differences(defaults, other)
        .map(change => change.path)
        .sort(),
    ).toEqual(['augmentation.crop', 'augmentation.crop.ratio', 'augmentation.crop.scale', 'epochs'])
  })
})

describe('fields', () => {
  const all = recipeSettings()
  const at = (path: string) => all.find(setting => setting.path === path)!
  /** Whether the schema takes a recipe with just this setting. */
  const takes = (path: string, value: unknown): boolean =>
    recipeSchema.safeParse(withValue({}, path, value)).success

  it('are the settings that a recipe has, each once, in the sections in order', () => {
    const groups = fieldsOf(all, defaults)
    const fields = groups.flatMap(group => group.fields).filter(field => field.kind !== 'group')
    expect(fields.map(field => field.path).sort()).toEqual(
      settings(defaults)
        .map(([path]) => path)
        .sort(),
    )
    expect(groups.map(group => group.section)).toEqual([...recipeSections])
  })
  it('leave out what is in a group that is not there, and say what was changed', () => {
    const without = withValue(defaults, 'augmentation.crop', null)
    const paths = fieldsOf(all, without).flatMap(group => group.fields.map(field => field.path))
    expect(paths).toContain('augmentation.crop')
    expect(paths.filter(path => path.startsWith('augmentation.crop.'))).toEqual([])
    expect(isChanged({ augmentation: { crop: null } }, at('augmentation.crop'))).toBe(true)
    expect(isChanged({ augmentation: { crop: { scale: [1, 1] } } }, at('augmentation.crop'))).toBe(false)
    expect(isChanged({ epochs: 3 }, at('epochs'))).toBe(true)
    expect(isChanged({}, at('epochs'))).toBe(false)
  })
  it('read back every default that they write', () => {
    for (const [path, value] of settings(defaults))
      expect(parseField(at(path), fieldText(value)), path).toEqual(value)
  })
  it('offer exactly the values that the schema takes', () => {
    const choices = all.filter(({ kind }) => kind === 'choice')
    expect(choices.map(({ path }) => path)).toContain('optimizer.kind')
    for (const { path, options } of choices) {
      for (const option of options) expect(takes(path, option), `${path} ${option}`).toBe(true)
      expect(takes(path, 'something else'), path).toBe(false)
    }
    expect(at('supervision').options).toEqual([...supervisions])
  })
  it('may be empty exactly where the schema allows null', () => {
    for (const { path, optional } of all) expect(optional, path).toBe(takes(path, null))
  })
  it('have the limits of the schema', () => {
    const numbers = all.filter(({ kind }) => kind === 'number')
    expect(numbers.length).toBeGreaterThan(20)
    for (const { path, minimum, maximum } of numbers) {
      if (minimum !== null) expect(takes(path, minimum - 1), `${path} below ${minimum}`).toBe(false)
      if (maximum !== null) expect(takes(path, maximum + 1), `${path} above ${maximum}`).toBe(false)
    }
    expect(rangeText(at('augmentation.flip'))).toBe('0…1')
    expect(rangeText(at('seed'))).toBe('≥ 0')
    expect(rangeText(at('mean'))).toBeUndefined()
  })
  it('refuse what is not a number', () => {
    expect(parseField(at('mean'), '0.5 0.5; .5')).toEqual([0.5, 0.5, 0.5])
    expect(parseField(at('mean'), '0.5, x')).toBeUndefined()
    expect(parseField(at('epochs'), '')).toBeUndefined()
    expect(parseField(at('lr'), '')).toBeNull()
    expect(parseField(at('lr'), '1e-3')).toBe(0.001)
  })
  it('give the problems of the real schema to their fields', () => {
    const paths = settings(defaults).map(([path]) => path)
    const bad = {
      epochs: 0,
      mean: [1, 'x', 1],
      augmentation: { flip: 2 },
      size: 64,
      evaluation: { resize: 32 },
    }
    const issues = recipeSchema.safeParse(bad).error?.issues ?? []
    const first = problemsByPath(
      issues.map(issue => `${issue.path.join('.')}: ${issue.message}`),
      paths,
    )
    expect([...first.keys()].sort()).toEqual(['augmentation.flip', 'epochs', 'mean'])
    expect(problemsByPath(['there is no split "x"', 'nonsense: unknown'], paths).get('')).toContain(
      'nonsense',
    )
  })
})

describe('plan', () => {
  it('queues what the parts resolve to', () => {
    const next = changed(changed(plan, 'supervision', 'onehot'), 'epochs', 2)
    const request = trainRequest(next)
    expect(request.kind === 'train' && mergeRecipes([request.recipe])).toEqual(mergeRecipes(partsOf(next)))
    expect(mergeRecipes(partsOf(next))).toMatchObject({ supervision: 'onehot', epochs: 2, size: 64 })
  })
  it("forgets a change back to the base's value", () => {
    const once = changed(plan, 'epochs', 2)
    expect(changed(once, 'epochs', 6).changes).toEqual({})
    expect(restored(once, 'epochs').changes).toEqual({})
  })
  it("has the demo's recipe for the sample, first of all", () => {
    const demo = demoRecipe({ seeds: 1, full: false, scale: 1 }).student
    expect({ ...sampleRecipe, epochs: demo.epochs }).toEqual(demo)
    expect(presetsFor({ sample: true }, [{ name: 'imagenet', recipe: {} }])[0]?.name).toBe('sample')
    expect(presetsFor({ sample: false }, [{ name: 'imagenet', recipe: {} }])).toHaveLength(1)
  })
  it('proposes small and quick presets where they fit', () => {
    const names = Object.keys(presets)
    const project = (sample: boolean, images: number) => ({ sample, images })
    expect(proposedPreset(project(true, 4000), 80, ['sample', ...names])).toBe('sample')
    expect(proposedPreset(project(false, 60_000), 32, names)).toBe('small')
    expect(proposedPreset(project(false, 9000), 500, names)).toBe('quick')
    expect(proposedPreset(project(false, 1_281_167), 500, names)).toBe('imagenet')
    expect(proposedPreset(project(false, 1), null, ['only'])).toBe('only')
  })
  it('knows which supervisions need label maps', () => {
    expect(supervisions.filter(name => !needsMaps(name))).toEqual(['onehot', 'smooth'])
  })
})
