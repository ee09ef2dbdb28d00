/** Writes the scenes of a split as an ImageFolder tree by given label, and the whole truth next to it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePng } from '../../image/encode.ts'
import type { DigitPool } from './digits.ts'
import type { SceneOptions } from './options.ts'
import { makeScene } from './scene.ts'
import type { SceneObject, Split } from './scene.ts'

/** One line of `truth.jsonl`. */
export interface TruthLine {
  /** Path below the split's folder, with '/'. */
  image: string
  label: number
  largest: number
  objects: SceneObject[]
}

const inFlight = 16

/** Progress and cancellation. */
export interface WriteHooks {
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal | undefined
}

/**
 * Writes the split's scenes below `dir` (`3/000123.png`, …) and then `truth.jsonl`, whose presence therefore shows that
 * the split is complete. `onProgress` receives the number of scenes written.
 */
export async function writeScenes(
  dir: string,
  pool: DigitPool,
  split: Split,
  options: SceneOptions,
  { onProgress, signal }: WriteHooks = {},
): Promise<TruthLine[]> {
  const total = options[split]
  for (let label = 0; label < 10; label++) await mkdir(join(dir, String(label)), { recursive: true })
  const lines: TruthLine[] = []
  let next = 0
  let done = 0
  const worker = async (): Promise<void> => {
    while (next < total) {
      signal?.throwIfAborted()
      const index = next++
      const scene = makeScene(pool, split, index, options)
      const image = `${scene.label}/${String(index).padStart(6, '0')}.png`
      await writeFile(join(dir, image), await encodePng(scene.pixels, scene.size, scene.size))
      lines[index] = { image, label: scene.label, largest: scene.largest, objects: scene.objects }
      if (++done % 100 === 0 || done === total) onProgress?.(done, total)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  await writeFile(join(dir, 'truth.jsonl'), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
  return lines
}
