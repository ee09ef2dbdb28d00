/**
 * The pictures of the README, updated by `README_SHOTS=1 vitest run test/e2e/readme.test.ts`: correcting in light, browsing
 * in dark, on photographs that may be shown in public (docs/images/README.md) with maps of a real classifier.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readClasses } from '../../core/dataset/class-file.ts'
import { importImageFolder } from '../../core/dataset/import.ts'
import { createProject } from '../../core/project/project.ts'
import { startQueue } from '../electron/backend/queue/start-queue.ts'
import { sharedFile } from '../shared.ts'
import { browserPath } from './browser.ts'
import { drawn, openStudio, test, type Studio } from './studio.ts'
import { annotating, finish, root } from './template.ts'

const asked = process.env['README_SHOTS'] === '1'
const model = sharedFile('data/models/mobilenet_v1_075_imagenet.onnx')
const classFile = sharedFile('data/models/imagenet-classes.json')
/** Bytes that a picture may have at most: a photograph takes more than a screen of text. */
const most = 700_000
let studio: Studio

/** The photographs with what they are given as, and how many parts of each fill the grid. */
const photographs = [
  { file: 'chelsea.png', wnid: 'n02123045', parts: 7 },
  { file: 'coffee.png', wnid: 'n07920052', parts: 7 },
  { file: 'astronaut.png', wnid: 'n04266014', parts: 6 },
  { file: 'rocket.jpg', wnid: 'n03773504', parts: 6 },
] as const

/** Writes a photograph, and parts of it in even steps. */
async function writeParts(from: string, to: string, parts: number): Promise<void> {
  mkdirSync(dirname(to), { recursive: true })
  const { width, height } = await sharp(from).metadata()
  await sharp(from).jpeg({ quality: 92 }).toFile(`${to}.jpg`)
  for (let part = 1; part < parts; part++) {
    const side = 1 - 0.06 * part
    const [w, h] = [Math.round(width * side), Math.round(height * side)]
    const [left, top] = [part % 2 ? 0 : width - w, part % 3 ? height - h : 0]
    await sharp(from)
      .extract({ left, top, width: w, height: h })
      .jpeg({ quality: 92 })
      .toFile(`${to}-${part}.jpg`)
  }
}

async function makeProject(dir: string): Promise<string> {
  const pictures = join(dir, 'pictures')
  for (const { file, wnid, parts } of photographs)
    await writeParts(
      sharedFile(`data/free-photos/${file}`)!,
      join(pictures, wnid, file.replace(/\..*/, '')),
      parts,
    )
  const project = createProject(join(dir, 'photographs'), {
    name: 'Photographs',
    classes: await readClasses(classFile!),
  })
  await importImageFolder(project, { split: 'train', dir: pictures })
  const queue = startQueue({ project, emit: () => {} })
  if (annotating.kind === 'annotate') {
    const asOne = [0.5, 0.5, 0.5] as [number, number, number]
    const request = { ...annotating.request, model: model!, classes: classFile!, mean: asOne, std: asOne }
    await finish(queue, { ...annotating, request: { ...request, size: 480, topK: 5 } })
  }
  await finish(queue, { kind: 'score', annotation: 'a1' })
  await queue.close()
  project.close()
  return project.dir
}

/** Writes what the page shows, with as many colours as fit. */
async function write(page: Page, name: string): Promise<number> {
  const picture = await page.screenshot()
  for (const colours of [256, 192, 128, 96, 64]) {
    const bytes = await sharp(picture).png({ palette: true, colours, effort: 10, dither: 0.6 }).toBuffer()
    if (bytes.length > most && colours > 64) continue
    writeFileSync(join(root, 'docs/images', name), bytes)
    return bytes.length
  }
  throw new Error('no picture')
}

describe.skipIf(!browserPath || !asked || !model)('the pictures of the README', () => {
  beforeAll(async () => {
    studio = await openStudio({ project: false, viewport: { width: 1440, height: 900 } })
    await studio.call('app.settings', { author: 'Kim' })
    await studio.call('project.open', { dir: await makeProject(studio.dir) })
    await studio.page.reload()
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('shows a photograph whose regions are being corrected', async () => {
    const { page } = studio
    const { items } = await studio.call('browse.page', {
      query: { filter: { text: 'coffee.jpg' }, sort: { by: 'name', descending: false } },
      offset: 0,
      limit: 1,
    })
    await studio.go(`/annotate/${items[0]!.id}`)
    await page.locator(`${test('annotate')}[data-image="${items[0]!.id}"]`).waitFor()
    await page
      .locator(`${test('legend')} li`)
      .first()
      .waitFor()
    await drawn(page)
    expect(await write(page, 'studio.png')).toBeLessThan(most)
  })

  it('shows the photographs with their regions and filters', async () => {
    const { page } = studio
    await page.evaluate(`document.documentElement.dataset.theme = 'dark'`)
    await studio.go('/browse')
    await page.locator(test('cell')).nth(8).waitFor()
    await page.locator(test('caption-given')).nth(8).waitFor()
    await expect.poll(() => page.evaluate('[...document.images].every(image => image.complete)')).toBe(true)
    await drawn(page)
    expect(await write(page, 'browse.png')).toBeLessThan(most)
  })
})
