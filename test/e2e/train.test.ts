/** The train screen in a real browser: a recipe is made, measured, started, followed, paused and queued. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, type Studio } from './studio.ts'

let studio: Studio
beforeEach(async () => void (studio = await openStudio({ viewport: { width: 1360, height: 900 } })))
afterEach(async () => {
  expect(studio.complaints).toEqual([])
  await studio.close()
})
async function enter(name: string, value: string): Promise<void> {
  const field = studio.page.getByLabel(name, { exact: true })
  await field.fill(value)
  await field.press('Tab')
}

async function choose(name: string, option: RegExp): Promise<void> {
  await studio.page.getByRole('combobox', { name, exact: true }).click()
  await studio.page.getByRole('option', { name: option }).click()
}

/** A recipe that is over within seconds. */
async function small(): Promise<void> {
  const { page, go } = studio
  await go('/train')
  await page.locator('[data-test=preset]').waitFor()
  await choose('Student', /^digits_student$/)
  await enter('Input side, pixels', '32')
  await enter('Epochs', '2')
  await enter('Batch', '8')
}

describe.skipIf(!browserPath)('Train', () => {
  it('proposes a preset for small images, and measures, trains and follows a run', async () => {
    const { page, call } = studio
    await small()
    await expect.poll(() => page.locator('[data-test=preset]').textContent()).toContain('proposed')
    await page.locator('[data-test=supervision-onehot]').check()
    await page.locator('[data-test=measure]').click()
    await page.locator('[data-test=cost][data-done=true]').waitFor()
    await expect.poll(() => page.locator('[data-test=cost]').textContent()).toMatch(/images\/s/)
    await shoot(page, 'train-measured')
    expect(await axe(page)).toEqual([])

    await page.locator('[data-test=start]').click()
    await page.locator('[data-test=live]').getByRole('heading', { name: 'Run r1' }).waitFor()
    await page.locator('[data-test=supervision-relabel]').check()
    await page.locator('[data-test=start]').click()
    await page.locator('[data-test=live]').getByRole('heading', { name: 'Run r2' }).waitFor()
    await expect.poll(() => page.locator('[data-test=queue] [data-state=done]').count()).toBe(2)
    await page.locator('[data-test=live]:not([data-steps="0"])').waitFor()
    await page.locator('[data-test=live] canvas').first().waitFor()
    await page.evaluate(`document.querySelector('.screen').scrollTop = 0`)
    await shoot(page, 'train-live')
    expect(await axe(page)).toEqual([])

    await page.locator('[data-test=live]').getByRole('button', { name: 'As a table' }).first().click()
    await expect.poll(() => page.locator('[data-test=live] table tbody tr').count()).toBeGreaterThan(3)
    const runs = await call('runs.list', {})
    expect(runs.map(run => [run.supervision, run.ofEpochs, run.status])).toEqual([
      ['onehot', 2, 'done'],
      ['relabel', 2, 'done'],
    ])
  })

  it('marks what is not valid, and starts nothing then', async () => {
    const { page } = studio
    await small()
    await page.locator('[data-test=section-augmentation]').click()
    const flip = page.locator('[data-test="setting-augmentation.flip"]')
    await flip.getByRole('textbox').fill('2')
    await page.locator('[data-test=recipe-problems]').waitFor()
    await page.locator('[data-test="setting-augmentation.flip"][data-invalid=true]').waitFor()
    await expect.poll(() => page.locator('[data-test=start]').isDisabled()).toBe(true)
    await page.evaluate(
      `document.querySelector('[data-test=all-settings]').scrollIntoView({ block: "nearest" })`,
    )
    await shoot(page, 'train-settings')
    expect(await axe(page)).toEqual([])
    await flip.getByRole('button', { name: /Reset to the recipe/ }).click()
    await page.locator('[data-test=recipe-problems]').waitFor({ state: 'detached' })
    await expect.poll(() => page.locator('[data-test=start]').isDisabled()).toBe(false)
  })

  it('pauses a run, goes on with it, and cancels one that waits', async () => {
    const { page, call } = studio
    await small()
    // Far more than can be over before the last click, however slow the page is.
    await enter('Epochs', '5000')
    await page.locator('[data-test=start]').click()
    const queue = page.locator('[data-test=queue]')
    await page.locator('[data-test=live]:not([data-steps="0"])').waitFor()
    await page.getByRole('button', { name: 'Queue the next run' }).click()
    await queue.locator('[data-state=queued]').getByRole('button', { name: 'Cancel' }).click()
    await queue.locator('[data-state=cancelled]').waitFor()
    await queue.locator('[data-state=running]').getByRole('button', { name: 'Pause' }).click()
    await queue.locator('[data-state=paused]').waitFor()
    await queue.locator('[data-state=paused]').getByRole('button', { name: 'Resume' }).click()
    await queue.locator('[data-state=running]').waitFor()
    await queue.locator('[data-state=running]').getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => queue.locator('[data-state=cancelled]').count()).toBe(2)
    expect((await call('runs.list', {})).map(run => run.id)).toEqual(['r1'])
  })
})
