/**
 * Chooses the content of the report: the first scenes with several digits, and the first crops that show one; nothing
 * is hand-picked.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { random } from '../../core/base/random.ts'
import { visibleClasses } from '../../core/dataset/digit-scenes/crops.ts'
import type { TruthLine } from '../../core/dataset/digit-scenes/write.ts'
import { openLabelMaps } from '../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { countSure, planRegions } from '../../core/labelmap/regions/index.ts'
import { getAnnotation } from '../../core/project/annotations.ts'
import { openProject } from '../../core/project/project.ts'
import { randomResizedCrop } from '../../core/training/sample/crop.ts'
import { cropRanges } from './recipe.ts'
import type { CropPicture, ScenePicture } from './report/pictures.ts'
import { measureTargets, targetMaker } from './targets.ts'
import type { TargetQuality } from './targets.ts'

/** Label maps of the training scenes, in memory. */
export async function readMaps(
  dir: string,
  annotation: string,
  truth: readonly TruthLine[],
): Promise<LabelMap[]> {
  const project = openProject(dir, { readonly: true })
  try {
    const reader = await openLabelMaps(getAnnotation(project, annotation).dir)
    try {
      return truth.map(line => reader.getSync(`train/${line.image}`))
    } finally {
      await reader.close()
    }
  } finally {
    project.close()
  }
}

/** Scenes with their maps in memory. */
export interface MappedScenes {
  /** Folder of the split. */
  folder: string
  side: number
  truth: readonly TruthLine[]
  maps: readonly LabelMap[]
}

/** Quality of the targets of one random crop a training scene. */
export function qualityOf({ truth, maps, side }: MappedScenes): TargetQuality {
  const index = new Map(truth.map((line, i) => [line.image, i]))
  return measureTargets(truth, line => maps[index.get(line.image)!]!, { side, seed: 0, rounds: 1 })
}

/** Classes of the digit scenes, and the logit of those that a cell does not list. */
const [digits, fill] = [10, 0]

/** The first `count` scenes with at least two digits. */
export async function chooseScenes(
  { folder, truth, maps, side }: MappedScenes,
  count: number,
): Promise<ScenePicture[]> {
  const counter = countSure(digits, fill)
  for (const map of maps) counter.add(map)
  const options = { classes: digits, fill, sure: counter.value() }
  const chosen = truth.flatMap((line, i) => (line.objects.length > 1 ? [i] : [])).slice(0, count)
  return Promise.all(
    chosen.map(async i => {
      const line = truth[i]!
      return {
        png: await readFile(join(folder, line.image)),
        side,
        truth: line,
        plan: planRegions(maps[i]!, { ...options, given: line.label }),
      }
    }),
  )
}

/** A random crop of each of the first `count` scenes with several digits whose crop shows at least one. */
export async function chooseCrops(
  { folder, truth, maps, side }: MappedScenes,
  count: number,
): Promise<CropPicture[]> {
  const make = targetMaker()
  const chosen: CropPicture[] = []
  for (const [i, line] of truth.entries()) {
    if (chosen.length === count) break
    if (line.objects.length < 2) continue
    const crop = randomResizedCrop(side, side, cropRanges.scale, cropRanges.ratio, random(0, 79, i))
    const visible = visibleClasses(line.objects, crop)
    if (visible.length === 0) continue
    const targets = make(line, maps[i]!, crop, side)
    chosen.push({
      png: await readFile(join(folder, line.image)),
      side,
      truth: line,
      crop,
      visible,
      targets: (['onehot', 'relabel', 'global-multi'] as const).map(name => ({
        name,
        target: targets[name],
      })),
    })
  }
  return chosen
}
