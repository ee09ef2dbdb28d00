/** Reads recipes: presets, JSON files and single options, merged and checked against the schema. */
import { fail } from '../../base/error.ts'
import { isRecord, overlay } from '../../base/plain.ts'
import { readText } from '../../base/files/read.ts'
import { parseJson } from '../../base/json.ts'
import { recipeSchema } from '../../contract/recipe.ts'
import type { Recipe, RecipeInput } from '../../contract/recipe.ts'

const limits = { what: 'a recipe (JSON)', maxBytes: 1 << 20 }

/** Named starting points; everything can be overridden. */
export const presets = {
  /** SGD with Nesterov momentum as published for ImageNet; the schema's defaults. */
  imagenet: {
    augmentation: { brightness: 0.4, contrast: 0.4, saturation: 0.4, lighting: 0.1 },
  },
  /** Images of 32 pixels or so (CIFAR), a small net, minutes on a laptop; measured in docs/benchmarks.md. */
  small: {
    student: 'digits_student',
    size: 32,
    epochs: 16,
    batch: 32,
    lr: 6e-3,
    threads: 1,
    optimizer: { kind: 'adamw', weightDecay: 1e-2 },
    schedule: { warmupSteps: 200 },
    augmentation: { crop: { scale: [0.4, 1] } },
    evaluation: { mode: 'squash' },
  },
  /** A few epochs with AdamW: a first look within minutes. */
  quick: {
    size: 64,
    epochs: 6,
    batch: 32,
    lr: 2e-3,
    optimizer: { kind: 'adamw', weightDecay: 1e-2 },
    schedule: { warmupSteps: 100 },
    evaluation: { mode: 'squash' },
  },
} satisfies Record<string, RecipeInput>

/** A name of {@link presets}. */
export type PresetName = keyof typeof presets

/**
 * Checks a value against the schema. Throws `usage` with the path and reason of every invalid option; `source` names
 * the origin.
 */
export function parseRecipe(value: unknown, source = 'the recipe'): Recipe {
  const parsed = recipeSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(issue => `${issue.path.join('.') || '(top)'}: ${issue.message}`)
  return fail('usage', `${source} is not valid: ${problems.join('; ')}`, { problems })
}

/** Merges parts: later ones override earlier ones, objects are merged. */
export function mergeParts(parts: readonly unknown[]): object {
  return parts.reduce<unknown>((merged, part) => overlay(merged, part), {}) as object
}

/** Merges parts and checks the whole. */
export function mergeRecipes(parts: readonly unknown[], source?: string): Recipe {
  return parseRecipe(mergeParts(parts), source)
}

/** A recipe file's content, checked only to be a JSON object of reasonable size. */
export function readRecipeFile(file: string): Record<string, unknown> {
  const value = parseJson(readText(file, limits), file, { file })
  return isRecord(value) ? value : fail('bad-data', `${file}: a recipe is a JSON object`, { file })
}

/** The preset of that name; throws `usage` with the available names. */
export function preset(name: string): RecipeInput {
  return Object.hasOwn(presets, name)
    ? presets[name as PresetName]
    : fail('usage', `there is no preset ${name}; choose one of ${Object.keys(presets).join(', ')}`)
}

/** Peak learning rate: the recipe's, or the optimizer's rule scaled by the samples per update. */
export function peakRate(recipe: Recipe): number {
  if (recipe.lr !== null) return recipe.lr
  const perUpdate = recipe.batch * recipe.accumulate
  return ((recipe.optimizer.kind === 'sgd' ? 0.1 : 1e-3) * perUpdate) / 256
}

/** Shorter side before the centre crop, pixels. */
export function evalResize(recipe: Recipe): number {
  return recipe.evaluation.resize ?? Math.round((recipe.size * 256) / 224)
}
