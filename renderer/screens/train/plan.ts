/** The training plan: a base (a preset or another run) and the user's changes. */
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import { isSupervision, needsAnnotation } from '../../../core/contract/supervision.ts'
import type { JobRequest } from '../../../core/contract/api/jobs.ts'
import type { Part } from '../../recipe/parts.ts'
import { mergeParts, valueAt, withoutValue, withValue } from '../../recipe/parts.ts'

/** The base of a recipe. */
export interface Base {
  kind: 'preset' | 'run'
  /** Name of the preset, or id of the run. */
  name: string
  recipe: Part
}

/** A recipe being edited. */
export interface Plan {
  base: Base
  changes: Part
}

/**
 * The recipe for the digit scenes: the settings of the command-line demo, except the epochs, because the built-in
 * sample has a seventh of its scenes. A run takes seconds, and supervisions differ by more than chance.
 */
export const sampleRecipe: Part = {
  student: 'digits_student',
  size: 40,
  epochs: 30,
  batch: 32,
  lr: 8e-3,
  optimizer: { kind: 'adamw', weightDecay: 1e-2 },
  schedule: { kind: 'cosine', warmupSteps: 100 },
  augmentation: { crop: { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] }, flip: 0 },
  evaluation: { mode: 'squash' },
  mean: [0.25, 0.25, 0.25],
  std: [0.2, 0.2, 0.2],
}

/** Presets to choose from: the backend's, and for the sample its own one first. */
export function presetsFor(
  project: Pick<ProjectInfo, 'sample'>,
  presets: readonly { name: string; recipe: Part }[],
): { name: string; recipe: Part }[] {
  return project.sample ? [{ name: 'sample', recipe: sampleRecipe }, ...presets] : [...presets]
}

/** Longer side up to which images count as small, pixels. */
const smallSide = 96
/** Number of images up to which a quick run makes more sense than the paper's hundred epochs. */
const fewImages = 50_000

/** The preset to propose. `side`: the usual longer side of the images in pixels, or null where it is not known. */
export function proposedPreset(
  project: Pick<ProjectInfo, 'sample' | 'images'>,
  side: number | null,
  names: readonly string[],
): string {
  const wanted = project.sample
    ? ['sample', 'small']
    : side !== null && side > 0 && side <= smallSide
      ? ['small', 'quick']
      : project.images < fewImages
        ? ['quick', 'small']
        : ['imagenet']
  return wanted.find(name => names.includes(name)) ?? names[0] ?? ''
}

/** The parts as the backend resolves them. */
export const partsOf = (plan: Plan): Part[] => [plan.base.recipe, plan.changes]

/** The job that trains it. */
export const trainRequest = (plan: Plan): JobRequest => ({ kind: 'train', recipe: mergeParts(partsOf(plan)) })

/** A plan with one setting changed; the base's own value is not a change. */
export function changed(plan: Plan, path: string, value: unknown): Plan {
  const same = JSON.stringify(valueAt(plan.base.recipe, path)) === JSON.stringify(value)
  return {
    ...plan,
    changes: same ? withoutValue(plan.changes, path) : withValue(plan.changes, path, value),
  }
}

/** A plan with a setting reset to the base's value. */
export const restored = (plan: Plan, path: string): Plan => ({
  ...plan,
  changes: withoutValue(plan.changes, path),
})

/** Whether a supervision needs a finished annotation. */
export const needsMaps = (supervision: string): boolean =>
  isSupervision(supervision) && needsAnnotation(supervision)
