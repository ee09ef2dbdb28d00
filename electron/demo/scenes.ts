/** Loads the digit scenes: their truth, and their pixels in memory. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../core/base/error.ts'
import type { Split } from '../../core/dataset/digit-scenes/scene.ts'
import type { TruthLine } from '../../core/dataset/digit-scenes/write.ts'
import { decodeImage } from '../../core/image/decode.ts'
import type { SceneSet } from './measure.ts'

/** The truth of a split. */
export async function readTruthLines(scenes: string, split: Split): Promise<TruthLine[]> {
  const file = join(scenes, split, 'truth.jsonl')
  if (!existsSync(file))
    fail('not-found', `${file} is missing; delete the demo's folder and start again`, { file })
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  return lines.map(line => JSON.parse(line) as TruthLine)
}

/** A split's scenes as pixels in memory. */
export async function loadScenes(scenes: string, split: Split, side: number): Promise<SceneSet> {
  const truth = await readTruthLines(scenes, split)
  const pixels = new Uint8Array(truth.length * side * side * 3)
  let next = 0
  const read = async (): Promise<void> => {
    while (next < truth.length) {
      const index = next++
      const { data } = await decodeImage(join(scenes, split, truth[index]!.image))
      pixels.set(data, index * side * side * 3)
    }
  }
  await Promise.all(Array.from({ length: 8 }, read))
  return { side, pixels, truth }
}
