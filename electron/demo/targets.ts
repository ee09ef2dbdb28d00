/** Quality of each supervision's targets on random crops, measured without training. */
import { random } from '../../core/base/random.ts'
import { cropStatistics, visibleClasses } from '../../core/dataset/digit-scenes/crops.ts'
import type { CropStatistics } from '../../core/dataset/digit-scenes/crops.ts'
import type { TruthLine } from '../../core/dataset/digit-scenes/write.ts'
import { identityClassMap } from '../../core/labelmap/class-map.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import {
  createTargetScratch,
  globalSingleTarget,
  globalTarget,
  poolSingleTarget,
  poolTarget,
} from '../../core/pooling/target.ts'
import { randomResizedCrop } from '../../core/training/sample/crop.ts'
import type { Crop } from '../../core/pooling/crop.ts'
import { createMetrics } from '../../core/training/measure/metrics.ts'
import { cropRanges } from './recipe.ts'

const classes = 10

/** A soft target over the ten digits. */
export type Target = Float32Array

/** The targets of one crop by supervision. */
export interface Targets {
  onehot: Target
  relabel: Target
  'localized-single': Target
  'global-multi': Target
  'global-single': Target
}

/** Makes the targets of crops, as training makes them. */
export function targetMaker(): (line: TruthLine, map: LabelMap, crop: Crop, side: number) => Targets {
  const classMap = identityClassMap(classes)
  const scratch = createTargetScratch(classMap)
  return (line, map, crop, side) => {
    const size = { height: side, width: side }
    const make = (): Target => new Float32Array(classes)
    const targets = {
      onehot: make(),
      relabel: make(),
      'localized-single': make(),
      'global-multi': make(),
      'global-single': make(),
    }
    targets.onehot[line.label] = 1
    poolTarget(map, crop, size, targets.relabel, scratch)
    poolSingleTarget(map, crop, size, targets['localized-single'], scratch)
    globalTarget(map, targets['global-multi'], scratch)
    globalSingleTarget(map, targets['global-single'], scratch)
    return targets
  }
}

/** Quality of targets on random crops of the training scenes. */
export interface TargetQuality {
  statistics: CropStatistics
  /** Crops with at least one digit half visible; the others are left out. */
  crops: number
  /** Share of those whose target's top class is visible, and mAP of the target against the visible digits. */
  rows: { name: keyof Targets; real: number; mAP: number }[]
}

/** Measures the targets of `rounds` random crops per scene. */
export function measureTargets(
  scenes: readonly TruthLine[],
  mapOf: (line: TruthLine) => LabelMap,
  options: { side: number; seed: number; rounds: number },
): TargetQuality {
  const make = targetMaker()
  const names = ['onehot', 'relabel', 'localized-single', 'global-multi', 'global-single'] as const
  const collectors = names.map(() => createMetrics(classes))
  const samples: { label: number; objects: TruthLine['objects']; crop: Crop }[] = []
  let crops = 0
  scenes.forEach((line, index) => {
    const map = mapOf(line)
    for (let round = 0; round < options.rounds; round++) {
      const draw = random(options.seed, 78, round, index)
      const crop = randomResizedCrop(options.side, options.side, cropRanges.scale, cropRanges.ratio, draw)
      samples.push({ label: line.label, objects: line.objects, crop })
      const visible = visibleClasses(line.objects, crop)
      if (visible.length === 0) continue
      crops++
      const targets = make(line, map, crop, options.side)
      names.forEach((name, i) => {
        const logits = targets[name].map(p => Math.log(Math.max(p, 1e-30)))
        collectors[i]?.add(logits, [{ label: null, valid: visible }])
      })
    }
  })
  const rows = names.map((name, i) => {
    const { real, mAP } = collectors[i]!.result()
    return { name, real: real ?? 0, mAP: mAP ?? 0 }
  })
  return { statistics: cropStatistics(samples), crops, rows }
}
