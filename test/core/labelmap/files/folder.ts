/** Temporary annotation folders with known maps, for the tests of label maps on disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Manifest } from '../../../../core/contract/manifest.ts'
import { createLabelMapWriter } from '../../../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { manifestOf, mapOf } from './sample.ts'

/** A new empty folder, removed when the test ends. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-maps-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export const keyOf = (i: number): string => `train/n${String(i % 3).padStart(4, '0')}/image_${i}.jpg`

/** What a map is after half precision. */
export const halved = (map: LabelMap): LabelMap => ({ ...map, logits: map.logits.map(Math.f16round) })

/** Writes maps `from … to − 1` and finishes (or only closes). */
export async function writeMaps(
  dir: string,
  from: number,
  to: number,
  options: { finish?: boolean; shardBytes?: number; manifest?: Manifest; skip?: (i: number) => boolean } = {},
): Promise<number> {
  const { finish = true, shardBytes = 1500, manifest = manifestOf('fp16') } = options
  const writer = await createLabelMapWriter(dir, { manifest, logits: manifest.logits, shardBytes })
  let made = 0
  for (let i = from; i < to; i++) {
    if (writer.has(keyOf(i)) || options.skip?.(i)) continue
    await writer.append(keyOf(i), mapOf(i), i % 2 ? { imageHash: 'ab'.repeat(32) } : {})
    made++
  }
  await (finish ? writer.finish() : writer.close())
  return made
}

/** Every file of a folder with its bytes, as text that compares quickly. */
export function contentOf(dir: string): Record<string, string> {
  const names = readdirSync(dir).sort()
  return Object.fromEntries(names.map(name => [name, readFileSync(join(dir, name)).toString('base64')]))
}
