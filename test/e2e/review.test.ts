/** The Review screen in a real browser over a real backend, by the keyboard alone. */
import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it } from 'vitest'
import type { ImageQuery } from '../../core/contract/api/browse.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
let page: Page
const query: ImageQuery = {
  filter: { review: ['none'], problem: false, splits: ['train'] },
  sort: { by: 'review', descending: true },
}
const name = (): Promise<string | null> => page.locator(test('review-name')).textContent()
const stage = (): Promise<string | null> => page.locator(test('review')).getAttribute('data-stage')
const counts = async () => (await studio.call('review.progress', { splits: ['train'] })).counts
const queue = async (limit: number) => (await studio.call('browse.page', { query, offset: 0, limit })).items
const fileOf = (item: { key: string }): string => item.key.split('/').at(-1)!

/** Share of a canvas's pixels that are not transparent. */
const drawnShare = (canvas: string): Promise<number> =>
  page.evaluate<number>(
    `(() => { const c = document.querySelector('${test(canvas)}'); if (!c.width || !c.height) return 0; return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v > 0).length / (c.width * c.height) })()`,
  )

async function openReview(options: Parameters<typeof openStudio>[0] = {}): Promise<void> {
  studio = await openStudio(options)
  page = studio.page
  await studio.go('/review')
  await page.locator(test('review')).waitFor()
}
afterEach(async () => {
  await studio.close()
})
describe.skipIf(!browserPath)('the Review screen', () => {
  it('shows the image that gains most, why, and what the machine would teach; and is accessible', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    const [first] = await queue(1)
    await expect.poll(name).toBe(fileOf(first!))
    const reasons = await page.locator(`${test('reasons')} li`).allTextContents()
    if (first!.facts!.top !== first!.label) expect(reasons.join(' ')).toContain(`“${first!.facts!.top}”`)
    expect(reasons.length).toBeGreaterThan(0)
    // The target's first class is the measure's top class, at the same confidence.
    const row = await page
      .locator(`${test('target')} li`)
      .first()
      .textContent()
    expect(row).toContain(String(first!.facts!.top))
    expect(row).toContain(`${(first!.facts!.confidence * 100).toFixed(1)}%`)
    // Regions: what is drawn is named over the picture and beside it, and most of the picture stays bare.
    const picture = page.locator(test('review-picture'))
    await expect.poll(() => picture.getAttribute('data-drawn')).toBe('regions')
    const named = await page.locator(`${test('classes-shown')} [data-class]`).count()
    expect(named).toBeGreaterThan(0)
    expect(await drawnShare('review-cells')).toBe(0)
    const regions = await drawnShare('review-regions')
    expect(regions).toBeGreaterThan(0)
    expect(regions).toBeLessThan(0.9)
    // All cells: every cell is painted.
    await page.locator(test('view-switch')).getByRole('radio', { name: 'All cells' }).click()
    await expect.poll(() => drawnShare('review-cells')).toBeGreaterThan(0.9)
    expect(await drawnShare('review-regions')).toBe(0)
    await page.locator(test('view-switch')).getByRole('radio', { name: 'Regions' }).click()
    await expect.poll(() => drawnShare('review-cells')).toBe(0)
    await shoot(page, 'review')
    expect(await axe(page)).toEqual([])
    expect(studio.complaints).toEqual([])
  })

  it('shows the bare picture or one class while a key is held, and other views by keys', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    const picture = page.locator(test('review-picture'))
    const kind = (): Promise<string | null> => picture.getAttribute('data-drawn')
    await expect.poll(kind).toBe('regions')
    const before = await drawnShare('review-regions')
    await page.keyboard.down('h')
    await expect.poll(kind).toBe('nothing')
    await expect.poll(() => drawnShare('review-regions')).toBe(0)
    // Longer than a tap, so that the map is back when the key is released.
    const now = (): Promise<number> => page.evaluate<number>('performance.now()')
    const later = (await now()) + 600
    await expect.poll(now).toBeGreaterThan(later)
    await page.keyboard.up('h')
    await expect.poll(kind).toBe('regions')
    await expect.poll(() => drawnShare('review-regions')).toBe(before)
    // The class under the pointer alone: it leads the cell in the middle of one of its regions.
    const box = (await picture.boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await expect.poll(() => picture.getAttribute('data-cell')).not.toBeNull()
    await page.keyboard.down('v')
    await expect.poll(kind).toMatch(/^(regions|class)$/)
    await page.mouse.move(0, 0)
    await expect.poll(kind).toBe('nothing')
    await page.keyboard.up('v')
    await expect.poll(kind).toBe('regions')
    for (const view of ['class', 'cells', 'regions']) {
      await page.keyboard.press('m')
      await expect.poll(kind).toBe(view)
    }
    // The view is remembered.
    await page.keyboard.press('m')
    await page.reload()
    await expect.poll(kind).toBe('class')
    expect(studio.complaints).toEqual([])
  })

  it('goes through the queue by single keys, and back', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    const [a, b, c, d] = await queue(4)
    await page.keyboard.press('a')
    await expect.poll(name).toBe(fileOf(b!))
    await page.keyboard.press('s')
    await expect.poll(name).toBe(fileOf(c!))
    await page.keyboard.press('g')
    await expect.poll(name).toBe(fileOf(d!))
    await expect.poll(counts).toMatchObject({ accepted: 1, skipped: 1, flagged: 1, none: 57 })
    await expect.poll(() => page.locator(test('review-progress')).textContent()).toContain('3 of 60')
    await page.keyboard.press('z')
    await expect.poll(name).toBe(fileOf(c!))
    await page.keyboard.press('Backspace')
    await page.keyboard.press('z')
    await expect.poll(name).toBe(fileOf(a!))
    await expect.poll(counts).toMatchObject({ accepted: 0, skipped: 0, flagged: 0, none: 60 })
  })

  it('shows what comes next in the film strip, goes there by mouse and keys, and folds it', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    const [a, b, c] = await queue(3)
    const cells = page.locator(test('strip-cell'))
    const current = page.locator(`${test('strip-cell')}[aria-selected=true]`)
    await expect.poll(() => current.getAttribute('data-image')).toBe(String(a!.id))
    await page.locator(`${test('strip-cell')}[data-image="${c!.id}"]`).click()
    await expect.poll(name).toBe(fileOf(c!))
    await expect.poll(() => current.getAttribute('data-image')).toBe(String(c!.id))
    // What was passed over comes next.
    await page.keyboard.press('a')
    await expect.poll(name).toBe(fileOf(a!))
    await page.locator(test('strip')).getByRole('grid').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await expect.poll(name).toBe(fileOf(b!))
    // A marked one is looked at again: its mark is taken back.
    await expect.poll(counts).toMatchObject({ accepted: 1 })
    await page.locator(`${test('strip-cell')}[data-image="${c!.id}"]`).click()
    await expect.poll(name).toBe(fileOf(c!))
    await expect.poll(counts).toMatchObject({ accepted: 0 })
    await shoot(page, 'review-strip')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Shift+V')
    await expect.poll(() => cells.count()).toBe(0)
    await page.reload()
    await page.locator(test('target')).waitFor()
    expect(await page.locator(test('strip-toggle')).getAttribute('aria-expanded')).toBe('false')
    expect(studio.complaints).toEqual([])
  })

  it('sends an image to be corrected, and marks it as fixed when it comes back corrected', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    const [first] = await queue(1)
    await page.keyboard.press('f')
    await page.waitForURL(new RegExp(`#/annotate/${first!.id}\\b`))
    await page.keyboard.press('Alt+4')
    // Nothing was changed: it stays.
    await expect.poll(name).toBe(fileOf(first!))
    await page.getByText('Nothing was corrected').waitFor()
    await page.keyboard.press('f')
    await page.waitForURL(new RegExp(`#/annotate/${first!.id}\\b`))
    await studio.call('corrections.apply', {
      image: first!.id,
      annotation: 'a1',
      version: 0,
      edit: {
        id: 'edit-of-a-test',
        author: 'me',
        created: new Date().toISOString(),
        tool: 'brush',
        operation: { kind: 'set', class: 3, to: null, amount: 20, what: null },
        changes: [{ cell: 0, class: 3, before: null, after: { logit: 20, edit: 'edit-of-a-test' } }],
      },
    })
    await page.keyboard.press('Alt+4')
    await expect.poll(async () => (await counts()).fixed).toBe(1)
    await expect.poll(name).not.toBe(fileOf(first!))
  })

  it('goes to Annotate and back by keys, and shows the corrected map from then on', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    expect(await page.locator(test('corrected')).count()).toBe(0)
    const [first, second] = await queue(2)
    const taught = (): Promise<string[]> => page.locator(`${test('target')} .name`).allTextContents()
    await expect.poll(taught).toContain(String(first!.label))
    await page.keyboard.press('f')
    await page.locator(`${test('annotate')}[data-image="${first!.id}"]`).waitFor()
    await page.keyboard.press('i')
    await page.keyboard.press('x')
    await page.keyboard.press('Enter')
    await page.locator(`${test('save-state')}[data-state=saved]`).waitFor()
    await expect.poll(() => page.locator(test('to-review')).textContent()).toContain('Back to review')
    await shoot(page, 'annotate-from-review')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('d')
    await page.locator(`${test('annotate')}:not([data-image="${first!.id}"])`).waitFor()
    await page.keyboard.press('Shift+R')
    await expect.poll(async () => (await counts()).fixed).toBe(1)
    await expect.poll(name).toBe(fileOf(second!))
    await page.keyboard.press('z')
    await expect.poll(name).toBe(fileOf(first!))
    await page.locator(test('corrected')).waitFor()
    // The class that was removed everywhere is no longer what is taught.
    expect(await taught()).not.toContain(String(first!.label))
    const { layer } = await studio.call('corrections.get', { image: first!.id, annotation: 'a1' })
    await expect
      .poll(() => page.locator(test('corrected')).textContent())
      .toContain(String(new Set(layer.map(entry => entry.cell)).size))
    await shoot(page, 'review-corrected')
    expect(await axe(page)).toEqual([])

    // What was said in Annotate stands when one comes back.
    await page.keyboard.press('f')
    await page.locator(`${test('annotate')}[data-image="${first!.id}"]`).waitFor()
    await page.keyboard.press('Shift+F')
    await page.locator(`${test('review-flagged')}[aria-pressed=true]`).waitFor()
    await page.locator(test('to-review')).click()
    await expect.poll(name).toBe(fileOf(second!))
    await expect.poll(counts).toMatchObject({ fixed: 0, flagged: 1 })
    expect(studio.complaints).toEqual([])
  })

  it('says when all is done, and continues where the last session ended', async () => {
    await openReview()
    await page.locator(test('target')).waitFor()
    const [last] = (await queue(60)).slice(-1)
    await studio.call('review.mark', { selection: { query, except: [last!.id] }, state: 'accepted' })
    await page.reload()
    await expect.poll(name).toBe(fileOf(last!))
    await expect.poll(() => page.locator(test('review-progress')).textContent()).toContain('59 of 60')
    await page.keyboard.press('Enter')
    await expect.poll(stage).toBe('done')
    await shoot(page, 'review-done')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('z')
    await expect.poll(name).toBe(fileOf(last!))
  })

  it('has one next step where nothing is open', async () => {
    await openReview({ project: false })
    await expect.poll(stage).toBe('no-project')
    await page.getByRole('button', { name: 'Go to Start' }).click()
    await page.waitForURL(/#\/$/)
  })
})
