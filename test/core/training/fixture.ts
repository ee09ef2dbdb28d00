/** A tiny data set for the tests of training: noisy coloured squares of 16 pixels, in files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { random } from '../../../core/base/random.ts'
import type { RecipeInput } from '../../../core/contract/recipe.ts'
import { encodePng } from '../../../core/image/encode.ts'
import type { Manifest } from '../../../core/contract/manifest.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { buildPlain } from '../../../core/graph/students/index.ts'
import type { OnnxModel } from '../../../core/graph/model.ts'
import type { TrainingImage } from '../../../core/training/sample/image-set.ts'
import { parseRecipe } from '../../../core/training/recipe/recipe.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'

const colours = [
  [200, 40, 40],
  [40, 200, 40],
  [40, 40, 200],
] as const

/** An empty folder; `remove` it afterwards. */
export function temporaryFolder(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-training-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Writes `count` images of three classes under `dir`/class/. */
export async function writeImages(dir: string, count: number, seed = 1): Promise<TrainingImage[]> {
  const images: TrainingImage[] = []
  for (let i = 0; i < count; i++) {
    const label = i % colours.length
    const draw = random(seed, i)
    const width = 16 + (i % 3)
    const height = 18 - (i % 3)
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) =>
      Math.max(0, Math.min(255, Math.round(colours[label]![at % 3]! + 50 * draw.normal()))),
    )
    const path = `${label}/${String(i).padStart(3, '0')}.png`
    const file = join(dir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, await encodePng(data, width, height))
    images.push({ key: `train/${path}`, file, width, height, label, truth: null })
  }
  return images
}

/** A recipe that trains in a second. */
export function tinyRecipe(changes: RecipeInput = {}): Recipe {
  return parseRecipe({
    student: 'tiny',
    supervision: 'onehot',
    size: 12,
    epochs: 3,
    batch: 8,
    lr: 0.02,
    workers: 1,
    threads: 1,
    schedule: { warmupEpochs: 0 },
    logEvery: 1,
    ...changes,
  })
}

/** Two convolutions for inputs of 12 pixels. */
export function tinyStudent(classes = 3, size = 12): OnnxModel {
  return buildPlain({ channels: [8, 16], strides: [2, 2], classes, input: [3, size, size], seed: 1 })
}

/** A 2×2 map of the annotator's four classes, in which `label` is strongest. */
export function colourMap(label: number, seed: number): LabelMap {
  const draw = random(77, seed)
  const ids = new Uint16Array(8)
  const logits = new Float32Array(8)
  for (let cell = 0; cell < 4; cell++) {
    ids[cell] = label
    ids[4 + cell] = (label + 1 + draw.int(3)) % 4
    logits[cell] = draw.uniform(5, 7)
    logits[4 + cell] = draw.uniform(1, 3)
  }
  return { shape: [2, 2, 2], ids, logits }
}

/** The manifest of such maps. */
export function colourManifest(): Manifest {
  const names = ['red', 'green', 'blue', 'sky']
  return {
    format: 'relabel-label-maps',
    version: 1,
    logits: 'fp16',
    topK: 2,
    fill: 0,
    program: 'test',
    annotator: { file: 'annotator.onnx', sha256: '0'.repeat(64), surgery: { head: 'test', error: 0 } },
    preprocessing: { resize: 'squash', height: 16, width: 16, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    classes: names.map((name, index) => ({ index, name })),
    created: '2025-01-01T00:00:00.000Z',
  }
}
