/** Recipes as trees, the fields of the editor, and plans; held against the real schema and presets. */
import { describe, expect, it } from 'vitest'
import { recipeSchema } from '../../../../core/contract/recipe.ts'
import { supervisions } from '../../../../core/contract/supervision.ts'
import { mergeParts as merged, mergeRecipes, presets } from '../../../../core/training/recipe/recipe.ts'
import { demoRecipe } from '../../../../electron/demo/recipe.ts'
import {
  fieldOf,
  fieldsOf,
  fieldText,
  parseField,
  problemsByPath,
  sections,
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
  it('hold every setting in one section', () => {
    const groups = fieldsOf(defaults)
    const paths = groups.flatMap(group => group.fields.map(field => field.path))
    expect([...paths].sort()).toEqual(
      settings(defaults)
        .map(([path]) => path)
        .sort(),
    )
    expect(groups.map(group => group.section)).toEqual([...sections])
  })
  it('read back every default that they write', () => {
    for (const [path, value] of settings(defaults)) {
      const field = fieldOf(path, value)
      expect(parseField(field, fieldText(value)), path).toEqual(value)
    }
  })
  it('offer only values that the schema takes', () => {
    for (const [path, value] of settings(defaults))
      for (const option of fieldOf(path, value).options)
        expect(recipeSchema.safeParse(withValue({}, path, option)).success, `${path} ${option}`).toBe(true)
  })
  it('may be empty exactly where the schema allows null', () => {
    for (const [path, value] of settings(defaults))
      expect(fieldOf(path, value).optional || value === null, path).toBe(
        path.startsWith('augmentation.crop.')
          ? false
          : recipeSchema.safeParse(withValue({}, path, null)).success,
      )
  })
  it('refuse what is not a number', () => {
    const list = fieldOf('mean', [0, 0, 0])
    expect(parseField(list, '0.5 0.5; .5')).toEqual([0.5, 0.5, 0.5])
    expect(parseField(list, '0.5, x')).toBeUndefined()
    expect(parseField(fieldOf('epochs', 6), '')).toBeUndefined()
    expect(parseField(fieldOf('lr', null), '')).toBeNull()
    expect(parseField(fieldOf('lr', null), '1e-3')).toBe(0.001)
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
