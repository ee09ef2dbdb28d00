/** The demo's measures of a student: whole test scenes, and random crops of them. */
import { random } from '../../core/base/random.ts'
import { visibleClasses } from '../../core/dataset/digit-scenes/crops.ts'
import type { TruthLine } from '../../core/dataset/digit-scenes/write.ts'
import type { Session } from '../../core/engine/engine.ts'
import { randomResizedCrop } from '../../core/training/sample/crop.ts'
import type { Crop } from '../../core/pooling/crop.ts'
import { createMetrics } from '../../core/training/measure/metrics.ts'
import { normalisation } from '../../core/image/normalise.ts'
import { createResampler, resample } from '../../core/image/resample.ts'
import { cropRanges, normalising } from './recipe.ts'

/** Scenes in memory: bytes `[n, side, side, 3]` and their truth. */
export interface SceneSet {
  side: number
  pixels: Uint8Array
  truth: readonly TruthLine[]
}

/** Shares in 0…1. */
export interface StudentMeasures {
  /** Against the given label. */
  top1: number
  /** Against the largest digit. */
  largest: number
  /** Share of answers among the digits present. */
  real: number
  mAP: number
  /** The same as `real` on random crops, among the digits at least half visible. */
  cropReal: number
  /** Crops that show at least one such digit. */
  crops: number
}

const classes = 10
const pixelNorm = normalisation(normalising.mean, normalising.std)

/** The crops of scene `index`, the same for all students. */
export function testCrop(seed: number, index: number, round: number, side: number): Crop {
  return randomResizedCrop(side, side, cropRanges.scale, cropRanges.ratio, random(seed, 77, round, index))
}

/** Logits `[n, classes]` of windows of scenes, resized to `size`. */
export async function answers(
  session: Session,
  set: SceneSet,
  windows: readonly { scene: number; crop: Crop }[],
  size: number,
): Promise<Float32Array> {
  const [input, output] = [session.inputs[0]!, session.outputs[0]!]
  const resampler = createResampler(size, size)
  const image = { height: set.side, width: set.side }
  const all = new Float32Array(windows.length * classes)
  const batch = 100
  for (let start = 0; start < windows.length; start += batch) {
    const part = windows.slice(start, start + batch)
    const data = new Float32Array(part.length * 3 * size * size)
    part.forEach(({ scene, crop }, i) => {
      const pixels = { ...image, data: set.pixels, offset: scene * set.side * set.side * 3 }
      resample(resampler, pixels, { window: crop }, pixelNorm, { data, at: i * 3 * size * size })
    })
    const out = await session.run({ [input]: { shape: [part.length, 3, size, size], data } })
    all.set(out[output]!.data, start * classes)
  }
  return all
}

const presentIn = (line: TruthLine): number[] => line.objects.map(object => object.class)

/** All measures of one student; `rounds` random crops per scene, the same ones for every student. */
export async function measureStudent(
  session: Session,
  set: SceneSet,
  options: { size: number; seed: number; rounds: number },
): Promise<StudentMeasures> {
  const whole = { top: 0, left: 0, height: set.side, width: set.side }
  const scenes = set.truth.map((_, scene) => ({ scene, crop: whole }))
  const logits = await answers(session, set, scenes, options.size)
  const given = createMetrics(classes)
  given.add(
    logits,
    set.truth.map(line => ({ label: line.label, valid: presentIn(line) })),
  )
  const largest = createMetrics(classes, { mAP: false })
  largest.add(
    logits,
    set.truth.map(line => ({ label: line.largest, valid: null })),
  )

  const windows = Array.from({ length: options.rounds }, (_, round) =>
    set.truth.map((line, scene) => {
      const crop = testCrop(options.seed, scene, round, set.side)
      return { scene, crop, visible: visibleClasses(line.objects, crop) }
    }),
  )
    .flat()
    .filter(window => window.visible.length > 0)
  const cropped = createMetrics(classes, { mAP: false })
  const onCrops = await answers(session, set, windows, options.size)
  cropped.add(
    onCrops,
    windows.map(window => ({ label: null, valid: window.visible })),
  )
  const [whole1, big, crops] = [given.result(), largest.result(), cropped.result()]
  return {
    top1: whole1.top1 ?? 0,
    largest: big.top1 ?? 0,
    real: whole1.real ?? 0,
    mAP: whole1.mAP ?? 0,
    cropReal: crops.real ?? 0,
    crops: windows.length,
  }
}
