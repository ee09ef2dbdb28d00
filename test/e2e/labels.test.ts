/** Given labels and truth in a real browser: changed by a key, by the picker and for many, filtered, and taken back. */
import { afterEach, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
afterEach(async () => {
  await studio.close()
})
const item = async (id: number) => (await studio.call('images.get', { id })).item
const changedCount = async () =>
  (await studio.call('browse.count', { filter: { changed: true }, sort: { by: 'name', descending: false } }))
    .total

describe.skipIf(!browserPath)('the given label', () => {
  it('becomes that of the map by one key in Review, and comes back by undo', async () => {
    studio = await openStudio()
    const { page } = studio
    const { items } = await studio.call('browse.page', {
      query: {
        filter: { review: ['none'], problem: false, splits: ['train'], disagree: true },
        sort: { by: 'review', descending: true },
      },
      offset: 0,
      limit: 1,
    })
    const first = items[0]!
    await studio.go('/review')
    await expect.poll(() => page.locator(test('review-name')).textContent()).toBe(first.key.split('/').at(-1))
    const button = page.locator(test('review-relabel'))
    await expect.poll(() => button.isEnabled()).toBe(true)
    expect(await button.textContent()).toContain(`Wrong label: ${first.facts!.top}`)
    await page.keyboard.press('w')
    await expect.poll(async () => (await item(first.id)).label).toBe(first.facts!.top)
    await expect
      .poll(() => page.locator(test('review-label')).textContent())
      .toContain(String(first.facts!.top))
    await expect
      .poll(() => page.locator(`${test('label-original')} s`).textContent())
      .toBe(String(first.label))
    // The measures that depend on the label are right when the change is saved.
    expect((await item(first.id)).facts!.listed).toBe(true)
    await expect.poll(() => button.isDisabled()).toBe(true)
    await shoot(page, 'review-label')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await item(first.id)).label).toBe(first.label)
    await expect.poll(() => page.locator(test('label-original')).count()).toBe(0)
    expect(await changedCount()).toBe(0)
    // Another one from the picker.
    await page.keyboard.press('l')
    const other = first.facts!.top === 3 ? 4 : 3
    await page.keyboard.type(String(other))
    await page
      .getByRole('option', { name: String(other), exact: true })
      .first()
      .click()
    await expect.poll(async () => (await item(first.id)).label).toBe(other)
    expect(studio.complaints).toEqual([])
  })

  it('changes for many in Browse, is filtered by, and comes back', async () => {
    studio = await openStudio()
    const { page } = studio
    await studio.go('/browse')
    await page.locator(test('facet-changed')).waitFor()
    await page.locator('[role=gridcell]').first().click()
    await page.keyboard.press('Control+a')
    await page.locator(test('bulk-label')).click()
    await page.getByRole('dialog').locator(test('class-picker')).click()
    await page.keyboard.type('7')
    await page.getByRole('option', { name: '7', exact: true }).first().click()
    await shoot(page, 'browse-label')
    await page.locator(test('bulk-label-sure')).click()
    await expect.poll(changedCount).toBeGreaterThan(10)
    const count = await changedCount()
    await page
      .locator(test('facet-changed'))
      .getByRole('checkbox')
      .or(page.locator(`${test('facet-changed')} button`))
      .first()
      .click()
    await expect.poll(() => page.url()).toContain('changed=yes')
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await expect.poll(changedCount).toBe(0)
    expect(count).toBeGreaterThan(10)
    expect(studio.complaints).toEqual([])
  })

  it('and all classes of an image are changed in Annotate', async () => {
    studio = await openStudio()
    const { page } = studio
    const { items } = await studio.call('browse.page', {
      query: { filter: { splits: ['val'] }, sort: { by: 'name', descending: false } },
      offset: 0,
      limit: 1,
    })
    const { id, label } = items[0]!
    await studio.go(`/annotate/${id}`)
    const panel = page.locator(test('truth'))
    await panel.scrollIntoViewIfNeeded()
    const truth = async () => (await studio.call('images.get', { id })).truth
    const before = await truth()
    const added = [0, 1, 2, 3].find(c => c !== label && !before?.includes(c))!
    await page.locator(test('truth-add')).click()
    await page.keyboard.type(String(added))
    await page
      .getByRole('option', { name: String(added), exact: true })
      .first()
      .click()
    await expect.poll(truth).toEqual([...(before ?? [label!]), added].sort((a, b) => a - b))
    await shoot(page, 'annotate-labels')
    expect(await axe(page)).toEqual([])
    await page.locator(test('truth-undo')).click()
    await expect.poll(truth).toEqual(before)
    await page.locator(test('label-picker')).click()
    await page.keyboard.type(String(added))
    await page
      .getByRole('option', { name: String(added), exact: true })
      .first()
      .click()
    await expect.poll(async () => (await item(id)).label).toBe(added)
    await expect.poll(() => page.locator(test('given')).textContent()).toBe(String(added))
    await page.locator(test('label-undo')).click()
    await expect.poll(async () => (await item(id)).label).toBe(label)
    expect(studio.complaints).toEqual([])
  })
})
