/** The demo's settings: the annotator, the ten rows of the table, and how a smaller demo scales them. */
import { parseSceneOptions } from '../../core/dataset/digit-scenes/options.ts'
import type { SceneOptions } from '../../core/dataset/digit-scenes/options.ts'
import type { RecipeInput } from '../../core/contract/recipe.ts'

/**
 * Mean and standard deviation of pixels in 0…1, for annotator and students alike: about those of the scenes, so that zero
 * padding looks like background. With ½ and ½ students lost two points of ReaL on the validation scenes.
 */
export const normalising = { mean: [0.25, 0.25, 0.25], std: [0.2, 0.2, 0.2] } as const

/** How the annotator is trained. */
export interface AnnotatorRecipe {
  batch: number
  epochs: number
  lr: number
  weightDecay: number
  warmupSteps: number
  /** Sides to which batches are resized, one drawn per batch. */
  sizes: readonly number[]
  seed: number
  /** New canvases on which it is measured. */
  checked: number
}

/** How scenes are relabelled. */
export interface RelabelRecipe {
  /** Side of the scene when it is annotated; the map is an eighth of it. */
  size: number
  topK: number
}

/** A row of the table. */
export interface Row {
  name: string
  recipe: RecipeInput
}

/** All settings of a demo. */
export interface DemoRecipe {
  scenes: SceneOptions
  annotator: AnnotatorRecipe
  relabel: RelabelRecipe
  student: RecipeInput
  rows: readonly Row[]
  seeds: number
  /** Random crops of every test scene for the crop measures. */
  testCrops: number
}

/** Range of a crop's area and aspect. */
export const cropRanges = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const

const mixed = { probability: 0.5 }

/** All rows; the default demo trains those of {@link shortRows}. */
export const allRows: readonly Row[] = [
  { name: 'onehot', recipe: { supervision: 'onehot' } },
  { name: 'smooth .1', recipe: { supervision: 'smooth', labelSmoothing: 0.1 } },
  { name: 'clean (replace)', recipe: { supervision: 'clean', clean: 'replace' } },
  { name: 'distill', recipe: { supervision: 'distill', distill: { size: 64 } } },
  { name: 'relabel', recipe: { supervision: 'relabel' } },
  { name: 'localized-single', recipe: { supervision: 'localized-single' } },
  { name: 'global-multi', recipe: { supervision: 'global-multi' } },
  { name: 'global-single', recipe: { supervision: 'global-single' } },
  { name: 'onehot + CutMix', recipe: { supervision: 'onehot', cutmix: mixed } },
  { name: 'relabel + CutMix', recipe: { supervision: 'relabel', cutmix: mixed } },
]

/** How much of the demo is made. */
export interface DemoScale {
  seeds: number
  /** Train all rows of the table instead of three. */
  full: boolean
  /** In (0, 1]: shrinks the demo; 1 is the recipe. */
  scale: number
}

const shortRows: readonly string[] = ['onehot', 'relabel', 'global-multi']

/** The recipe of a demo. `scale` in (0, 1] shrinks scenes, canvases and epochs together; 1 is the recipe as measured. */
export function demoRecipe(options: DemoScale): DemoRecipe {
  const { scale } = options
  const part = (n: number, least: number): number => Math.max(least, Math.round(n * scale))
  const base = parseSceneOptions()
  const scenes = parseSceneOptions({
    train: part(base.train, 40),
    val: part(base.val, 20),
    test: part(base.test, 40),
    canvases: part(base.canvases, 640),
  })
  const batch = 32
  const epochs = scale < 1 ? Math.max(1, Math.round(6 * Math.sqrt(scale))) : 6
  return {
    scenes,
    annotator: {
      batch: 64,
      epochs: scale < 1 ? Math.max(1, Math.round(5 * Math.sqrt(scale))) : 5,
      lr: 6e-3,
      weightDecay: 1e-2,
      warmupSteps: part(100, 5),
      sizes: [24, 32, 40, 48, 56],
      seed: 0,
      checked: part(2000, 100),
    },
    relabel: { size: 80, topK: 3 },
    student: {
      student: 'digits_student',
      size: 40,
      epochs,
      batch,
      lr: 8e-3,
      optimizer: { kind: 'adamw', weightDecay: 1e-2 },
      schedule: { kind: 'cosine', warmupSteps: part(100, 5) },
      augmentation: { crop: { scale: [...cropRanges.scale], ratio: [...cropRanges.ratio] }, flip: 0 },
      evaluation: { mode: 'squash' },
      mean: [...normalising.mean],
      std: [...normalising.std],
    },
    rows: options.full ? allRows : allRows.filter(row => shortRows.includes(row.name)),
    seeds: options.seeds,
    testCrops: 2,
  }
}
