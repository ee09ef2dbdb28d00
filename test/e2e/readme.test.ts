/**
 * The pictures of the README, updated by `README_SHOTS=1 vitest run test/e2e/readme.test.ts`: correcting in light,
 * browsing in dark.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDigitPools } from '../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions } from '../../core/dataset/digit-scenes/options.ts'
import { writeScenes } from '../../core/dataset/digit-scenes/write.ts'
import { importImageFolder } from '../../core/dataset/import.ts'
import { createProject } from '../../core/project/project.ts'
import { startQueue } from '../electron/backend/queue/start-queue.ts'
import { browserPath } from './browser.ts'
import { drawn, openStudio, test, type Studio } from './studio.ts'
import { annotating, finish, root } from './template.ts'

const asked = process.env['README_SHOTS'] === '1'
/** Bytes that a picture may have at most. */
const most = 150_000
/** Cells per axis of the maps, and digits in the scene that is corrected. */
const [grid, digits] = [20, 4]
let studio: Studio

/** A project of scenes that are larger and fuller than those of the sample. */
async function makeProject(dir: string): Promise<string> {
  const options = parseSceneOptions({
    seed: 3,
    size: 128,
    train: 120,
    val: 0,
    test: 0,
    digitCounts: [0, 0.1, 0.4, 0.5],
    digitSize: [34, 52],
    overlap: 0,
    pixelNoise: 0,
  })
  const classes = Array.from({ length: 10 }, (_, index) => ({ index, name: String(index) }))
  const project = createProject(join(dir, 'digits'), { name: 'Digit scenes', classes })
  const scenes = join(dir, 'readme-scenes')
  await writeScenes(scenes, (await loadDigitPools(options)).student, 'train', options)
  await importImageFolder(project, { split: 'train', dir: scenes })
  const queue = startQueue({ project, emit: () => {} })
  if (annotating.kind === 'annotate')
    await finish(queue, { ...annotating, request: { ...annotating.request, size: 160, topK: 3 } })
  await finish(queue, { kind: 'score', annotation: 'a1' })
  await queue.close()
  project.close()
  return project.dir
}

async function cellOnScreen(page: Page, x: number, y: number): Promise<[number, number]> {
  const box = (await page.locator(test('stage')).boundingBox())!
  const side = Math.min(box.width, box.height) - 48
  return [
    box.x + box.width / 2 + ((x + 0.5) / grid - 0.5) * side,
    box.y + box.height / 2 + ((y + 0.5) / grid - 0.5) * side,
  ]
}

async function choose(page: Page, name: string): Promise<void> {
  await page.keyboard.press('l')
  await page.locator(test('class-search')).fill(name)
  await page.locator(test('class-search')).press('Enter')
  await page.locator(test('class-search')).waitFor({ state: 'detached' })
}

/** Writes what the page shows, with as many colours as fit. */
async function write(page: Page, name: string): Promise<number> {
  const picture = await page.screenshot()
  for (const colours of [256, 192, 128, 96, 64]) {
    const bytes = await sharp(picture).png({ palette: true, colours, effort: 10, dither: 0 }).toBuffer()
    if (bytes.length > most && colours > 64) continue
    writeFileSync(join(root, 'docs/images', name), bytes)
    return bytes.length
  }
  throw new Error('no picture')
}

describe.skipIf(!browserPath || !asked)('the pictures of the README', () => {
  beforeAll(async () => {
    studio = await openStudio({ project: false, viewport: { width: 1440, height: 900 } })
    await studio.call('app.settings', { author: 'Kim' })
    await studio.call('project.open', { dir: await makeProject(studio.dir) })
    await studio.page.reload()
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('shows a scene whose map is corrected', async () => {
    const { page } = studio
    const { items } = await studio.call('browse.page', {
      query: { filter: { splits: ['train'] }, sort: { by: 'review', descending: false } },
      offset: 0,
      limit: 120,
    })
    const infos = await Promise.all(items.map(({ id }) => studio.call('images.get', { id })))
    const full = infos.filter(info => info.boxes?.length === digits && !info.truth?.includes(1))
    // In this one the digits stand well apart.
    const scene = full[4]!
    await studio.go(`/annotate/${scene.item.id}`)
    await page.locator(`${test('annotate')}[data-image="${scene.item.id}"]`).waitFor()
    // Only what the map is sure of, so that the scene is seen.
    const threshold = page.getByRole('slider', { name: 'Threshold' })
    for (let step = 0; step < 8; step++) await threshold.press('ArrowRight')
    // Each digit is painted as what it is, over the middle of its box.
    // The annotator takes the empty ground for ones: those go first.
    await choose(page, '1')
    for (const key of ['i', 'x', 'Enter', 'b', 's', ']']) await page.keyboard.press(key)
    for (const { class: id, box } of scene.boxes ?? []) {
      await choose(page, String(id))
      const cell = (at: number): number => (at / scene.item.width) * grid - 0.5
      const [left, top, right, bottom] = box.map(cell) as [number, number, number, number]
      const across = (left + right) / 2
      await page.mouse.move(...(await cellOnScreen(page, across, top + 1)))
      await page.mouse.down()
      await page.mouse.move(...(await cellOnScreen(page, across, bottom - 1)), { steps: 12 })
      await page.mouse.up()
    }
    await page.locator(`${test('save-state')}[data-state=saved]`).waitFor()
    expect(await page.locator(`${test('history')} li`).count()).toBe(digits + 1)
    expect(await write(page, 'studio.png')).toBeLessThan(most)
  })

  it('shows the scenes with their filters', async () => {
    const { page } = studio
    await page.evaluate(`document.documentElement.dataset.theme = 'dark'`)
    await studio.go('/browse')
    await page.locator(test('cell')).nth(8).waitFor()
    await expect.poll(() => page.evaluate('[...document.images].every(image => image.complete)')).toBe(true)
    await drawn(page)
    expect(await write(page, 'browse.png')).toBeLessThan(most)
  })
})
