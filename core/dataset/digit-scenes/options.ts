/** All options of the digit scenes, with their defaults. */
import { z } from 'zod'
import { fail } from '../../base/error.ts'

const range = (low: number, high: number) =>
  z
    .tuple([z.number().finite(), z.number().finite()])
    .refine(([a, b]) => a <= b, 'the first number must not be above the second')
    .default([low, high])
const share = (value: number) => z.number().min(0).max(1).default(value)
const count = (value: number) => z.number().int().min(0).max(10_000_000).default(value)

/** Schema of the recipe; sizes are pixels, colours and noise are in 0…1. */
export const sceneOptions = z.strictObject({
  /** The seed; a scene depends on it and on the scene's index. */
  seed: z.number().int().min(0).default(0),
  /** Scenes per split; `train` and `val` share the student's pool of digits. */
  train: count(8000),
  val: count(1000),
  test: count(3000),
  /** MNIST training digits [from, to) of each pool; test scenes use MNIST's test digits. */
  studentPool: range(0, 10_000),
  annotatorPool: range(10_000, 60_000),
  /** Side of a scene. */
  size: z.number().int().min(8).max(1024).default(64),
  /** Probabilities of 1, 2, 3, … digits; they need not add up to one. */
  digitCounts: z.array(z.number().min(0)).min(1).max(10).default([0.2, 0.3, 0.3, 0.2]),
  /** Longest side of a digit's tight box, log-uniform. */
  digitSize: range(16, 40),
  /** A pixel of MNIST above this belongs to the digit's tight box (0…255). */
  inkThreshold: z.number().int().min(0).max(254).default(40),
  /** Largest share of the smaller of two boxes that may be covered by both. */
  overlap: share(0.15),
  /** Attempts to place a digit before it is dropped. */
  tries: z.number().int().min(1).max(10_000).default(30),
  /** Base colour of the background, per channel. */
  background: range(0.02, 0.42),
  /** Background noise: a grid of `backgroundGrid`² values of ± `backgroundNoise`, bilinear. */
  backgroundGrid: z.number().int().min(2).max(64).default(5),
  backgroundNoise: share(0.1),
  /** Colour of a digit, per channel. */
  ink: range(0.5, 1),
  /** Standard deviation of the noise of a pixel. */
  pixelNoise: share(0.03),
  /** Probability that the label of a scene with several digits is not its largest digit. */
  wrongLabel: share(0.3),
  /** Number of canvases for the annotator, their side, and the longest side of their digit. */
  canvases: count(20_000),
  canvasSize: z.number().int().min(8).max(1024).default(48),
  canvasDigitSize: range(26, 48),
  /** Largest share of a canvas's digit (its box) that lies off the canvas. */
  canvasOff: share(0.05),
})

export type SceneOptions = z.output<typeof sceneOptions>
export type SceneInput = z.input<typeof sceneOptions>

/** The recipe with given numbers replaced; throws `usage` for invalid numbers. */
export function parseSceneOptions(input: SceneInput = {}): SceneOptions {
  const parsed = sceneOptions.safeParse(input)
  if (!parsed.success) return fail('usage', `digit scenes: ${z.prettifyError(parsed.error)}`)
  const options = parsed.data
  if (!options.digitCounts.some(weight => weight > 0))
    fail('usage', 'digit scenes: no number of digits has a probability above 0')
  if (options.digitSize[0] < 1 || options.digitSize[1] > options.size)
    fail(
      'usage',
      `digit scenes: digits of ${options.digitSize.join('–')} px do not fit into ${options.size} px`,
    )
  if (options.canvasDigitSize[0] < 1 || options.canvasDigitSize[1] > options.canvasSize)
    fail(
      'usage',
      `digit scenes: digits of ${options.canvasDigitSize.join('–')} px do not fit on ${options.canvasSize} px`,
    )
  return options
}
