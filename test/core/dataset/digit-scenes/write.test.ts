/** Scenes on disk: the ImageFolder tree, its truth, and pictures that say what was drawn. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { loadDigitPools } from '../../../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions } from '../../../../core/dataset/digit-scenes/options.ts'
import { makeScene } from '../../../../core/dataset/digit-scenes/scene.ts'
import { writeScenes } from '../../../../core/dataset/digit-scenes/write.ts'
import type { TruthLine } from '../../../../core/dataset/digit-scenes/write.ts'
import { encodePng } from '../../../../core/image/encode.ts'

const dir = await mkdtemp(join(tmpdir(), 'digit-scenes-'))
afterAll(() => rm(dir, { recursive: true }))

describe('writeScenes', () => {
  it('writes what makeScene draws, by given label', async () => {
    const options = parseSceneOptions({ val: 30 })
    const { student } = await loadDigitPools(options)
    const lines = await writeScenes(dir, student, 'val', options)
    const text = await readFile(join(dir, 'truth.jsonl'), 'utf8')
    expect(
      text
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as TruthLine),
    ).toEqual(lines)
    expect(lines).toHaveLength(30)
    const files = (await readdir(dir, { recursive: true })).filter(name => name.endsWith('.png'))
    expect(files.map(name => name.replaceAll('\\', '/')).sort()).toEqual(lines.map(line => line.image).sort())
    for (const index of [0, 29]) {
      const scene = makeScene(student, 'val', index, options)
      const { image, label, objects } = lines[index] as TruthLine
      expect(image.startsWith(`${label}/`)).toBe(true)
      expect({ label, objects }).toEqual({ label: scene.label, objects: scene.objects })
      const { data, info } = await sharp(join(dir, image)).raw().toBuffer({ resolveWithObject: true })
      expect([info.width, info.height, info.channels]).toEqual([64, 64, 3])
      expect(Buffer.compare(data, scene.pixels)).toBe(0)
    }
  })

  it('stops when it is cancelled, and leaves no truth behind', async () => {
    const options = parseSceneOptions({ test: 500 })
    const { test } = await loadDigitPools(options)
    const controller = new AbortController()
    const target = join(dir, 'cancelled')
    const running = writeScenes(target, test, 'test', options, {
      onProgress: () => controller.abort(),
      signal: controller.signal,
    })
    await expect(running).rejects.toThrow(/abort/)
    expect(await readdir(target)).not.toContain('truth.jsonl')
  })
})

describe('encodePng', () => {
  it('refuses pixels that do not fit the size', async () => {
    await expect(encodePng(new Uint8Array(11), 2, 2)).rejects.toMatchObject({ code: 'usage' })
  })
})
