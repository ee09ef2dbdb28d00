/** The whole flow in a real browser with real children: open the sample, relabel it, correct three maps, train two supervisions, compare, export. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { openStudio, shoot, test, type Studio } from './studio.ts'

const timeout = 110_000
let studio: Studio | null = null
afterEach(async () => {
  await studio?.close()
  studio = null
})
/** Sets class 7 in a rectangle of the image that is shown, and waits until it is on disk. */
async function correct(page: Page, image: number): Promise<void> {
  await page.locator(`${test('annotate')}[data-image="${image}"]`).waitFor({ timeout })
  await page.keyboard.press('r')
  await page.keyboard.press('s')
  await page.keyboard.press('l')
  await page.locator(test('class-search')).fill('7')
  await page.locator(test('class-search')).press('Enter')
  await page.locator(test('class-search')).waitFor({ state: 'detached' })
  const box = (await page.locator(test('stage')).boundingBox())!
  await page.mouse.move(box.x + box.width / 2 - 60, box.y + box.height / 2 - 60)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 60, box.y + box.height / 2 + 60, { steps: 5 })
  await page.mouse.up()
  await page.locator(`${test('save-state')}[data-state=saved]`).waitFor({ timeout })
}

async function train(page: Page, supervision: string): Promise<void> {
  await page.locator(test(`supervision-${supervision}`)).check()
  const epochs = page.getByLabel('Epochs', { exact: true })
  await epochs.fill('2')
  await epochs.press('Tab')
  await page.locator(`${test('start')}:not([disabled])`).click()
}

describe.skipIf(!browserPath)('The whole flow', () => {
  it('goes from the sample to an exported student', { timeout: 400_000 }, async () => {
    studio = await openStudio({ project: false, sample: true, viewport: { width: 1440, height: 900 } })
    const { page, call, go, dir } = studio

    await page.locator(test('open-sample')).click()
    await page.waitForURL(/#\/browse/, { timeout })
    await page.getByText('1,800 images').first().waitFor({ timeout })

    await go('/relabel')
    // The sample brings its own annotator, which is found and checked without being asked for.
    await page.locator(`${test('check')}[data-usable=true]`).waitFor({ timeout })
    await page.locator(test('measure')).click()
    await page.locator(`${test('probe')}[data-done=true]`).waitFor({ timeout })
    await shoot(page, 'flow-relabel')
    await page.locator(test('start')).click()
    await page.locator(`${test('relabel-jobs')} [data-state=done]`).waitFor({ timeout })
    await page.locator(`${test('annotation-a1')}[data-status=done]`).waitFor({ timeout })

    for (const image of [1, 2, 3]) {
      await go(`/annotate/${image}`)
      await correct(page, image)
    }
    for (const image of [1, 2, 3]) {
      const state = await call('corrections.get', { image, annotation: 'a1' })
      expect(state.history.map(edit => `${edit.tool} ${edit.operation.kind}`)).toEqual(['rectangle set'])
    }

    await go('/train')
    await expect.poll(() => page.locator(test('preset')).textContent()).toContain('Digit scenes')
    await train(page, 'onehot')
    await train(page, 'relabel')
    await page.locator(test('queue')).locator('[data-state=running]').first().waitFor({ timeout })
    await expect.poll(() => page.locator(`${test('queue')} [data-state=done]`).count(), { timeout }).toBe(2)
    await shoot(page, 'flow-train')
    const relabelled = await call('runs.get', { id: 'r2' })
    expect(relabelled.snapshot.corrected).toBe(3)

    await go('/runs')
    await page.getByRole('tab', { name: 'Compare' }).click()
    await page.locator(`${test('compare')}[data-done=true]`).waitFor({ timeout })
    await expect
      .poll(() => page.locator(test('recipe-differences')).textContent())
      .toMatch(/onehot → relabel/)
    await page.locator(test('noise')).waitFor()
    await shoot(page, 'flow-compare')
    await page.locator(test('confusions')).scrollIntoViewIfNeeded()
    await shoot(page, 'flow-confusions')

    await page.locator(test('open-r2')).click()
    await page.locator(test('export')).click()
    const out = join(dir, 'student')
    await page.locator(test('export-folder')).fill(out)
    await page.locator(test('start-export')).click()
    await page.locator(test('exported')).waitFor({ timeout })
    expect(readdirSync(out).filter(file => /\.(onnx|safetensors)$/.test(file))).toHaveLength(2)
    expect(studio.complaints).toEqual([])
  })
})
