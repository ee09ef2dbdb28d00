/** The Browse screen in a real browser over a real backend: filters, counts, order, going anywhere, selecting, marking. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
let page: Page
const facet = (group: string, value: string): Locator =>
  page.locator(`${test(`facet-${group}`)} ${test('facet')}[data-value="${value}"]`)
const countOf = async (group: string, value: string): Promise<number> =>
  Number(await facet(group, value).locator('.number').textContent())
const total = (): Promise<string | null> => page.locator(test('count')).textContent()
const names = (): Promise<string[]> => page.locator(`${test('cell')} .file`).allTextContents()
const activeCell = (): Promise<string | null> =>
  page.locator(test('grid')).getAttribute('aria-activedescendant')
const everything = { filter: {}, sort: { by: 'name' as const, descending: false } }

beforeAll(async () => {
  if (!browserPath) return
  studio = await openStudio()
  page = studio.page
})
beforeEach(async () => {
  await studio.renew()
  await studio.go('/browse')
  await page.locator('[data-id]').first().waitFor()
  await page.locator(test('facet')).first().waitFor()
})
afterAll(() => studio?.close())

describe.skipIf(!browserPath)('the Browse screen', () => {
  it('shows every image with its label and what the map sees, and is accessible', async () => {
    await expect.poll(total).toContain('100 images')
    const cell = page.locator(test('cell')).first()
    const { items } = await studio.call('browse.page', { query: everything, offset: 0, limit: 1 })
    const [item] = items
    await expect.poll(() => cell.getAttribute('data-id')).toBe(String(item!.id))
    await expect.poll(() => cell.textContent()).toContain(item!.key.split('/').at(-1))
    await expect.poll(() => cell.getAttribute('title')).toContain(`Given: ${item!.label}`)
    await expect.poll(() => page.locator(test('grid')).getAttribute('aria-rowcount')).toMatch(/^\d+$/)
    await expect
      .poll(() =>
        page.evaluate(
          `[...document.querySelectorAll('[role=gridcell] img')].filter(i => i.complete && i.naturalWidth > 0).length`,
        ),
      )
      .toBeGreaterThan(5)
    await shoot(page, 'browse')
    expect(await axe(page)).toEqual([])
    expect(studio.complaints).toEqual([])
  })

  it('outlines the regions over the thumbnails, names them below, and shows a correction at once', async () => {
    await facet('splits', 'train').click()
    await expect.poll(total).toContain('60 of 100')
    const cell = page.locator(test('cell')).first()
    const outlined = (): Promise<number> =>
      page.evaluate<number>(
        `[...document.querySelectorAll('${test('thumbnail-regions')}')].filter(c => c.width > 0 && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v > 0)).length`,
      )
    await expect.poll(outlined).toBeGreaterThan(5)
    const id = Number(await cell.getAttribute('data-id'))
    const [regions] = await studio.call('maps.regions', { images: [id] })
    const classes = [...new Set(regions!.regions.map(one => one.class))]
    await expect.poll(() => cell.getAttribute('title')).toContain('Drawn: ')
    const given = cell.locator(test('caption-given'))
    await expect.poll(() => given.locator('.name').textContent()).toContain(String(regions!.given))
    expect(await given.locator('[data-kind]').getAttribute('data-kind')).toBe(
      classes.includes(regions!.given!) ? 'given' : 'nowhere',
    )
    await shoot(page, 'browse-regions')
    expect(await axe(page)).toEqual([])

    // A class that a person sets leads the corrected cells, so it is drawn; the rest of the page stays as it is.
    const wanted = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find(one => !classes.includes(one))!
    const edit = 'edit-of-a-test'
    await studio.call('corrections.apply', {
      image: id,
      annotation: 'a1',
      version: 0,
      edit: {
        id: edit,
        author: 'me',
        created: new Date().toISOString(),
        tool: 'brush',
        operation: { kind: 'set', class: wanted, to: null, amount: 90, what: null },
        changes: [0, 1, 2, 3].map(at => ({
          cell: at,
          class: wanted,
          before: null,
          after: { logit: 90, edit },
        })),
      },
    })
    await expect.poll(() => cell.getAttribute('title')).toMatch(new RegExp(`Drawn: .*${wanted}.? >?\\d+%`))

    // By its button or a key; remembered.
    await page.locator(test('grid')).focus()
    await page.keyboard.press('h')
    await expect.poll(() => page.locator(test('thumbnail-regions')).count()).toBe(0)
    await expect.poll(() => cell.textContent()).toContain('Label')
    await page.reload()
    await page.locator('[data-id]').first().waitFor()
    const toggle = page.locator(test('regions-toggle'))
    await expect.poll(() => toggle.getAttribute('aria-pressed')).toBe('false')
    await toggle.click()
    await expect.poll(outlined).toBeGreaterThan(5)
    expect(studio.complaints).toEqual([])
  })

  it('narrows by filters, whose counts follow each other and add up', async () => {
    const sum = async (group: string): Promise<number> => {
      const all = await page.locator(`${test(`facet-${group}`)} ${test('facet')} .number`).allTextContents()
      return all.map(Number).reduce((a, b) => a + b, 0)
    }
    await expect.poll(() => sum('splits')).toBe(100)
    await expect.poll(() => sum('review')).toBe(100)
    const train = await countOf('splits', 'train')
    expect(train).toBe(60)
    await facet('splits', 'train').click()
    await expect.poll(total).toContain('60 of 100')
    // Counts beside other filters are now those of train; those beside the split itself stay.
    await expect.poll(() => sum('review')).toBe(60)
    expect(await sum('splits')).toBe(100)
    const differs = await countOf('disagree', 'true')
    expect(differs + (await countOf('disagree', 'false'))).toBe(60)
    await facet('disagree', 'true').click()
    await expect.poll(total).toContain(`${differs} of 100`)
    const cells = await page.locator(test('cell')).count()
    await expect.poll(() => page.locator(`${test('cell')} .mark.disagrees`).count()).toBe(cells)
    await expect.poll(() => page.locator(test('chip')).count()).toBe(2)
    await shoot(page, 'browse-filtered')
    // Reloading and going back keep the query.
    await page.reload()
    await expect.poll(total).toContain(`${differs} of 100`)
    await page
      .locator(`${test('chip')} button`)
      .last()
      .click()
    await expect.poll(total).toContain('60 of 100')
    await page.goBack()
    await expect.poll(total).toContain(`${differs} of 100`)
    await page.locator(test('clear-all')).click()
    await expect.poll(total).toBe('100 images')
    expect(await page.locator(test('chip')).count()).toBe(0)
  })

  it('finds by name and by class, and says when nothing fits', async () => {
    const { items } = await studio.call('browse.page', { query: everything, offset: 7, limit: 1 })
    const file = items[0]!.key.split('/').at(-1)!
    await page.keyboard.press('/')
    await page.keyboard.type(file)
    await expect.poll(async () => (await names()).every(name => name === file)).toBe(true)
    await page.locator(test('search')).fill('no such image')
    await page.getByText('No images match these filters').waitFor()
    await shoot(page, 'browse-nothing')
    expect(await axe(page)).toEqual([])
    await page.locator(test('search')).fill('')
    await expect.poll(total).toBe('100 images')
    const threes = await countOf('classes', '2')
    await facet('classes', '2').click()
    await expect.poll(total).toContain(`${threes} of 100`)
  })

  it('takes a range of confidence by its histogram and by the keyboard', async () => {
    const low = page.getByRole('slider', { name: 'Lowest confidence' })
    await low.focus()
    for (let i = 0; i < 5; i++) await page.keyboard.press('PageUp')
    await expect.poll(() => page.url()).toMatch(/confidence=0\.\d+\.\.1/)
    const { total: expected } = await studio.call('browse.count', {
      ...everything,
      filter: { confidence: [Number(/confidence=([\d.]+?)\.\.1/.exec(page.url())![1]), 1] },
    })
    await expect.poll(total).toContain(`${expected} of 100`)
  })

  it('sorts by every measure in both directions', async () => {
    const first = async (): Promise<string | null> =>
      page.locator(test('cell')).first().getAttribute('data-id')
    for (const [label, by, descending] of [
      ['Review score', 'review', true],
      ['Confidence', 'confidence', false],
      ['Class', 'class', false],
    ] as const) {
      await page.locator(test('sort')).click()
      await page.getByRole('option', { name: label }).click()
      for (const down of [descending, !descending]) {
        const query = { filter: {}, sort: { by, descending: down } }
        const { items } = await studio.call('browse.page', { query, offset: 0, limit: 1 })
        await expect.poll(first).toBe(String(items[0]!.id))
        await page.locator(test('direction')).click()
      }
    }
  })

  it('goes anywhere by number and keys, and opens an image', async () => {
    await page.locator(test('go-to')).fill('87')
    await page.locator(test('go-to')).press('Enter')
    await expect.poll(activeCell).toBe('cell-86')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('End')
    await expect.poll(activeCell).toBe('cell-99')
    await page.locator('#cell-99[data-id]').waitFor()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await expect.poll(activeCell).toBe('cell-1')
    await page.locator('#cell-1[data-id]').waitFor()
    const id = await page.locator('#cell-1').getAttribute('data-id')
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`#/annotate/${id}`))
    await page.goBack()
    await expect.poll(activeCell).toBe('cell-1')
  })

  it('marks a range at once, takes it back, and marks all of a query', async () => {
    await page.locator(test('grid')).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+ArrowRight')
    await expect.poll(() => page.locator(test('selected')).textContent()).toBe('3 selected')
    await expect.poll(() => page.locator(`${test('cell')}[aria-selected=true]`).count()).toBe(3)
    await shoot(page, 'browse-selected')
    expect(await axe(page)).toEqual([])
    await page.locator(test('mark-accepted')).click()
    const accepted = async (): Promise<number> => (await studio.call('review.progress', {})).counts.accepted
    await expect.poll(accepted).toBe(3)
    await expect.poll(() => countOf('review', 'accepted')).toBe(3)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(accepted).toBe(0)
    await page.keyboard.press('Escape')
    await facet('classes', '2').click()
    const twos = await countOf('classes', '2')
    await expect.poll(total).toContain(`${twos} of 100`)
    await page.locator(test('grid')).focus()
    await page.keyboard.press('Control+a')
    await expect.poll(() => page.locator(test('selected')).textContent()).toBe(`${twos} selected`)
    await page.keyboard.press('Space')
    await expect.poll(() => page.locator(test('selected')).textContent()).toBe(`${twos - 1} selected`)
    await page.locator(test('mark-flagged')).click()
    await expect.poll(async () => (await studio.call('review.progress', {})).counts.flagged).toBe(twos - 1)
  })

  it('keeps views under a name', async () => {
    await facet('splits', 'val').click()
    await expect.poll(total).toContain('20 of 100')
    await page.locator(test('views')).click()
    await page.locator(test('view-name')).fill('<b>only</b> val')
    await page.locator(test('view-name')).press('Enter')
    await page.locator(test('view')).waitFor()
    await expect.poll(() => page.locator(test('view')).textContent()).toBe('<b>only</b> val')
    await shoot(page, 'browse-views')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.locator(test('clear-all')).click()
    await expect.poll(total).toBe('100 images')
    await page.locator(test('views')).click()
    await page.locator(test('view')).click()
    await expect.poll(total).toContain('20 of 100')
    await page.locator(test('views')).click()
    await page.locator(test('remove-view')).click()
    await expect.poll(() => studio.call('views.list', {})).toEqual([])
  })

  it('goes on counting while images keep changing', async () => {
    const { items } = await studio.call('browse.page', { query: everything, offset: 0, limit: 100 })
    // Counting that waited for a pause would never come to an end here.
    for (let next = 0; (await countOf('review', 'accepted')) === 0; next++)
      await studio.call('review.mark', { selection: { ids: [items[next % 100]!.id] }, state: 'accepted' })
  })

  it('follows changes from elsewhere without losing its place', async () => {
    await facet('review', 'none').click()
    await expect.poll(total).toContain('100 of 100')
    await page.locator(`${test('browse')}[data-loading=false]`).waitFor()
    await page.locator(test('go-to')).fill('60')
    await page.locator(test('go-to')).press('Enter')
    await page.locator('#cell-59[data-id]').waitFor()
    const id = await page.locator('#cell-59').getAttribute('data-id')
    const { items } = await studio.call('browse.page', { query: everything, offset: 0, limit: 10 })
    const at = (): Promise<number> =>
      page.evaluate(`document.querySelector('[data-id="${id}"]')?.getBoundingClientRect().top ?? -1`)
    const before = await at()
    await studio.call('review.mark', {
      selection: { ids: items.map(item => item.id) },
      state: 'accepted',
    })
    await expect.poll(total).toContain('90 of 100')
    await expect.poll(() => page.locator(`[data-id="${id}"]`).getAttribute('id')).toBe('cell-49')
    // The same image within a row of where it was: its column changes with its number.
    await expect.poll(async () => Math.abs((await at()) - before)).toBeLessThan(240)
    await expect.poll(activeCell).toBe('cell-49')
  })
})
