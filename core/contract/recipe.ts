/** The recipe of a run: every option of training with its default and its limits. */
import { z } from 'zod'
import { perChannel } from './manifest.ts'
import { provider } from './providers.ts'
import { supervisions } from './supervision.ts'

/** Sections of a recipe, in display order. */
export const recipeSections = [
  'supervision',
  'mixing',
  'student',
  'length',
  'optimizer',
  'schedule',
  'augmentation',
  'evaluation',
  'machine',
  'files',
] as const

/** One of {@link recipeSections}. */
export type RecipeSection = (typeof recipeSections)[number]

/** The section of a setting; `recipe-settings.ts` reads it from the schema, together with limits and choices. */
const within = (section: RecipeSection): { section: RecipeSection } => ({ section })

const probability = z.number().min(0).max(1)
const count = (max: number): z.ZodNumber => z.number().int().min(1).max(max)
const epochCount = count(100_000)
const whole = (max: number): z.ZodNumber => z.number().int().min(0).max(max)
const range = (low: number, high: number): z.ZodType<[number, number]> =>
  z
    .tuple([z.number().min(low).max(high), z.number().min(low).max(high)])
    .refine(([a, b]) => a <= b, 'the first number must not be above the second')

/** The order of a label map's axes: as they are, or swapped as in the published code. */
export const axes = z.enum(['correct', 'published'])
export type Axes = z.infer<typeof axes>
const cleaning = z.enum(['drop', 'replace'])
export type Cleaning = z.infer<typeof cleaning>
const evaluationMode = z.enum(['center', 'squash'])
export type EvaluationMode = z.infer<typeof evaluationMode>
export const optimizerKind = z.enum(['sgd', 'adamw', 'adamp'])
export type OptimizerKind = z.infer<typeof optimizerKind>

/** Mixing two images of a batch; one box or one share per batch, as published. */
const mixing = {
  /** Probability that a batch is mixed. */
  probability: probability.default(0),
  /** λ ~ Beta(beta, beta). */
  beta: z.number().positive().max(100).default(1),
  /** Off in the last n epochs. */
  offLast: whole(100_000).default(0),
}

const optimizer = z.strictObject({
  kind: optimizerKind.default('sgd'),
  /** SGD: momentum; AdamW and AdamP: β₁. */
  momentum: z.number().min(0).lt(1).default(0.9),
  /** AdamW and AdamP: β₂. */
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().max(1).default(1e-8),
  nesterov: z.boolean().default(true),
  weightDecay: z.number().min(0).max(10).default(1e-4),
  /** Decay norms and biases too. */
  decayAll: z.boolean().default(false),
})

const schedule = z.strictObject({
  kind: z.enum(['cosine', 'step', 'constant']).default('cosine'),
  /** Linear warm-up in epochs (may be a fraction); `warmupSteps` takes precedence if given. */
  warmupEpochs: z.number().min(0).max(100_000).default(5),
  warmupSteps: whole(1e9).nullable().default(null),
  /** Cosine: the rate at the end, as a share of `lr`. */
  finalShare: probability.default(0),
  /** Step: epochs after which the rate is multiplied by `gamma`. */
  milestones: z.array(z.number().positive()).max(1000).default([30, 60, 90]),
  gamma: z.number().positive().max(1).default(0.1),
})

const augmentation = z.strictObject({
  /** Random-resized-crop; null: the whole image, squashed to the student's size. */
  crop: z
    .strictObject({
      /** Share of the image's area. */
      scale: range(1e-4, 1).default([0.08, 1]),
      /** Width by height. */
      ratio: range(1e-3, 1e3).default([3 / 4, 4 / 3]),
    })
    .nullable()
    .prefault({}),
  /** Probability of a horizontal flip. */
  flip: probability.default(0.5),
  /** Factors are drawn from [1 − x, 1 + x]. */
  brightness: probability.default(0),
  contrast: probability.default(0),
  saturation: probability.default(0),
  /** Standard deviation of AlexNet's lighting noise (0.1 as published). */
  lighting: z.number().min(0).max(10).default(0),
})

const evaluation = z
  .strictObject({
    /** `center`: shorter side to `resize`, centre crop; `squash`: the whole image to the student's size. */
    mode: evaluationMode.default('center'),
    /** Pixels of the shorter side before the crop; null: size · 256 / 224. */
    resize: count(16_384).nullable().default(null),
    batch: count(65_536).nullable().default(null),
  })
  .prefault({})

const cache = z.strictObject({
  /** Disk budget for decoded, resized images, MB; 0 turns the cache off. */
  diskMb: whole(100_000_000).default(20_000),
  /** The cache is held in memory if it fits into this budget, MB. */
  memoryMb: whole(100_000_000).default(1_024),
  /** Shorter side of cached images; null: twice the student's size, at least the evaluation's resize. */
  side: count(16_384).nullable().default(null),
})

const checkpoint = z.strictObject({
  everyEpochs: epochCount.default(1),
  /** Also every n steps; null: only at the end of epochs. */
  everySteps: count(1e9).nullable().default(null),
  /** How many of the latest are kept on disk. */
  keep: count(1000).default(2),
  /** Also keep the best one on the validation split. */
  best: z.boolean().default(true),
})

/** Schema of a recipe; parsing `{}` gives the defaults, unknown settings are refused. */
export const recipeSchema = z
  .strictObject({
    /** Name of a student, or path of an ONNX classifier to fine-tune. */
    student: z.string().min(1).max(4096).default('resnet18').meta(within('student')),
    supervision: z.enum(supervisions).default('relabel').meta(within('supervision')),
    /** `clean`: what happens to an image if the annotator disputes its given label. */
    clean: cleaning.default('replace').meta(within('supervision')),
    distill: z
      .strictObject({
        /** Side of the crops that the annotator sees, pixels; null: the student's size. */
        size: count(4096).nullable().default(null),
        temperature: z.number().positive().max(1000).default(1),
        /** The annotator's ONNX file; null: the one named in the annotation. */
        model: z.string().max(4096).nullable().default(null),
      })
      .prefault({})
      .meta(within('supervision')),
    /** Classes of the student: the project's, or all of the annotator's. */
    classSpace: z.enum(['project', 'annotator']).default('project').meta(within('supervision')),
    /** Order of the label map's axes; `published` reproduces the published code's swap. */
    axes: axes.default('correct').meta(within('supervision')),
    cutmix: z.strictObject(mixing).prefault({}).meta(within('mixing')),
    mixup: z
      .strictObject({ ...mixing, beta: mixing.beta.unwrap().default(0.2) })
      .prefault({})
      .meta(within('mixing')),
    /** Side of the student's square input, pixels. */
    size: count(4096).default(224).meta(within('student')),
    epochs: epochCount.default(100).meta(within('length')),
    batch: count(65_536).default(256).meta(within('length')),
    /** Peak learning rate; null: 0.1 · batch / 256 for SGD, 0.001 · batch / 256 otherwise. */
    lr: z.number().positive().max(1000).nullable().default(null).meta(within('optimizer')),
    optimizer: optimizer.prefault({}).meta(within('optimizer')),
    schedule: schedule.prefault({}).meta(within('schedule')),
    /** ε of label smoothing; with `smooth` supervision 0 means 0.1. */
    labelSmoothing: z.number().min(0).lt(1).default(0).meta(within('supervision')),
    clipNorm: z.number().positive().max(1e6).nullable().default(null).meta(within('optimizer')),
    accumulate: count(10_000).default(1).meta(within('length')),
    ema: z.number().gt(0).lt(1).nullable().default(null).meta(within('optimizer')),
    /** PyTorch's sense: running = (1 − m)·running + m·batch. */
    batchNormMomentum: z.number().gt(0).max(1).default(0.1).meta(within('student')),
    augmentation: augmentation.prefault({}).meta(within('augmentation')),
    evaluation: evaluation.meta(within('evaluation')),
    /** Of pixels in 0…1. */
    mean: perChannel.default([0.485, 0.456, 0.406]).meta(within('student')),
    std: z
      .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
      .default([0.229, 0.224, 0.225])
      .meta(within('student')),
    seed: whole(Number.MAX_SAFE_INTEGER).default(0).meta(within('length')),
    /** Loader threads; null: by the number of cores. */
    workers: count(256).nullable().default(null).meta(within('machine')),
    /** Batches prepared ahead. */
    prefetch: count(1024).default(4).meta(within('machine')),
    /** Threads of the engine; null: one per core. */
    threads: count(1024).nullable().default(null).meta(within('machine')),
    provider: provider.default('cpu').meta(within('machine')),
    cache: cache.prefault({}).meta(within('machine')),
    checkpoint: checkpoint.prefault({}).meta(within('files')),
    trainSplit: z.string().min(1).max(255).default('train').meta(within('evaluation')),
    /** Validation split; null: none. If it does not exist it is ignored, unless it was named explicitly. */
    valSplit: z.string().min(1).max(255).nullable().default('val').meta(within('evaluation')),
    /** Validate every n epochs, and after the last. */
    validateEvery: epochCount.default(1).meta(within('evaluation')),
    /** Id of the annotation; null: the newest finished one. */
    annotation: z.string().max(255).nullable().default(null).meta(within('supervision')),
    /** Write the metrics of every n-th step; null: at most about 10,000 lines per run. */
    logEvery: count(1e9).nullable().default(null).meta(within('files')),
  })
  .superRefine((recipe, context) => {
    const resize = recipe.evaluation.resize
    if (recipe.evaluation.mode === 'center' && resize !== null && resize < recipe.size)
      context.addIssue({
        code: 'custom',
        path: ['evaluation', 'resize'],
        message: `${resize} is below the centre crop of ${recipe.size} pixels`,
      })
    if (recipe.optimizer.kind === 'sgd' && recipe.optimizer.nesterov && recipe.optimizer.momentum === 0)
      context.addIssue({
        code: 'custom',
        path: ['optimizer', 'nesterov'],
        message: 'needs a momentum above 0',
      })
  })

/** A complete recipe. */
export type Recipe = z.infer<typeof recipeSchema>
/** Input from a user: any part of a recipe. */
export type RecipeInput = z.input<typeof recipeSchema>

/** Whether a run with this configuration answers in the project's classes, by their numbers. */
export const hasProjectClasses = (config: unknown): boolean =>
  recipeSchema.safeParse(config).data?.classSpace === 'project'
