/** The tour on the sample: offered once, waits for the user's own edit, ends with the target moved, and is remembered. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
const step = (name: string) => studio.page.locator(`${test('coach')}[data-step="${name}"]`)
const stored = async () => (await studio.call('app.info', {})).settings.tour
/** Shares of the whole image's target as the panel shows them, corrected. */
const shares = () =>
  studio.page.locator(`${test('targets')} tbody tr`).evaluateAll(rows => rows.map(row => row.textContent))

describe.skipIf(!browserPath)('the tour', () => {
  beforeAll(async () => {
    studio = await openStudio({ project: false, sample: true, viewport: { width: 1024, height: 700 } })
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('is offered when the sample is opened for the first time, and can be declined', async () => {
    const { page } = studio
    await page.locator(test('open-sample')).click()
    await step('offer').waitFor()
    await shoot(page, 'tour-offer')
    expect(await axe(page)).toEqual([])
    await page.locator(test('tour-later')).click()
    await step('offer').waitFor({ state: 'detached' })
    await expect.poll(stored).toEqual({ status: 'closed', step: 'picture' })
    await page.reload()
    await page.locator(test('cell')).first().waitFor()
    expect(await page.locator(test('coach')).count()).toBe(0)
  })

  it('waits for one cell to be painted, and ends with the target moved', async () => {
    const { page } = studio
    await studio.go('/')
    await page.locator(test('take-tour')).click()
    await step('picture').waitFor()
    await page.locator(test('targets')).waitFor()
    await shoot(page, 'tour-picture')
    expect(await axe(page)).toEqual([])
    await page.locator(test('tour-next')).click()
    await step('cell').waitFor()
    await page.locator(test('tour-next')).click()
    await step('paint').waitFor()
    expect(await page.locator(test('tour-next')).count()).toBe(0)
    await shoot(page, 'tour-paint')

    // From the keyboard: another class than the cell's, then the cell under the cursor.
    const before = await shares()
    await page.locator(test('stage')).focus()
    await expect.poll(() => page.locator(test('tool-brush')).getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('l')
    await page.keyboard.type('7')
    await page.keyboard.press('Enter')
    await page.locator(`${test('stage')}:focus`).waitFor()
    await page.keyboard.press('ArrowRight')
    expect(await step('paint').count()).toBe(1)
    await page.keyboard.press('Enter')
    await step('target').waitFor()
    await expect.poll(shares).not.toEqual(before)
    await expect.poll(() => page.locator(test('tour-moved')).textContent()).toMatch(/%.*→.*%/)
    await shoot(page, 'tour-target')
    expect(await axe(page)).toEqual([])
    await page.locator(test('tour-next')).click()
    await step('next').waitFor()
    await shoot(page, 'tour-next')
    await page.locator(test('tour-review')).click()
    await page.waitForURL(/#\/review/)
    await page.locator(test('coach')).waitFor({ state: 'detached' })
    await expect.poll(stored).toMatchObject({ status: 'done' })
  })

  it('is ended by Escape and resumed where it was, from the overlay of keys', async () => {
    const { page } = studio
    const fromKeys = async () => {
      await page.locator('h1').first().focus()
      await page.keyboard.press('?')
      await page.locator(test('keys-tour')).click()
    }
    await fromKeys()
    await page.locator(test('tour-next')).click()
    await step('cell').waitFor()
    await page.keyboard.press('Escape')
    await page.locator(test('coach')).waitFor({ state: 'detached' })
    await expect.poll(stored).toEqual({ status: 'closed', step: 'cell' })
    await studio.go('/browse')
    await page.locator(test('cell')).first().waitFor()
    await fromKeys()
    await page.waitForURL(/#\/annotate/)
    await step('cell').waitFor()
    expect(studio.complaints).toEqual([])
  })
})
