/**
 * The annotate screen in a real browser on the real backend: correcting by mouse and by keyboard, undoing, saving,
 * inspecting.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CorrectionState } from '../../core/contract/api/corrections.ts'
import { runJson } from '../electron/cli-run.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
const viewport = { width: 1440, height: 900 }
beforeAll(async () => {
  if (browserPath) studio = await openStudio({ viewport })
})
beforeEach(() => studio.renew())
afterAll(() => studio?.close())

/** Cells per axis of the template's maps. */
const grid = 10

/** Opens the annotate screen at the first image. */
async function open(): Promise<Studio> {
  await studio.go('/annotate/1')
  await shown(studio.page, 1)
  return studio
}

const shown = (page: Page, id: number): Promise<void> =>
  page.locator(`${test('annotate')}[data-image="${id}"]`).waitFor()
const saved = (page: Page): Promise<void> => page.locator(`${test('save-state')}[data-state=saved]`).waitFor()

/** Where a cell is on the screen: the image is square and fitted, with its margin. */
async function cellOnScreen(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator(test('stage')).boundingBox())!
  const side = Math.min(box.width, box.height) - 48
  return {
    x: box.x + box.width / 2 + ((x + 0.5) / grid - 0.5) * side,
    y: box.y + box.height / 2 + ((y + 0.5) / grid - 0.5) * side,
  }
}

async function drag(page: Page, from: [number, number], to: [number, number]): Promise<void> {
  const [a, b] = [await cellOnScreen(page, ...from), await cellOnScreen(page, ...to)]
  await page.mouse.move(a.x, a.y)
  await page.mouse.down()
  await page.mouse.move(b.x, b.y, { steps: 8 })
  await page.mouse.up()
}

const stateOf = (at: Studio, image = 1): Promise<CorrectionState> =>
  at.call('corrections.get', { image, annotation: 'a1' })
const inForce = (state: CorrectionState): string[] =>
  state.history.filter(edit => !edit.undone).map(edit => `${edit.tool} ${edit.operation.kind}`)
const cells = (state: CorrectionState): number[] =>
  [...new Set(state.layer.map(entry => entry.cell))].sort((a, b) => a - b)

async function chooseClass(page: Page, name: string): Promise<void> {
  await page.keyboard.press('l')
  await page.locator(test('class-search')).fill(name)
  await page.locator(test('class-search')).press('Enter')
  await page.locator(test('class-search')).waitFor({ state: 'detached' })
}

describe.skipIf(!browserPath)('the annotate screen', () => {
  it('corrects by mouse, undoes and redoes, and has it all after a reload', async () => {
    const at = await open()
    const { page } = at
    await page.keyboard.press('b')
    await page.keyboard.press('s')
    await chooseClass(page, '7')
    await drag(page, [1, 1], [4, 1])
    await page.keyboard.press('r')
    await drag(page, [6, 6], [8, 7])
    await page.keyboard.press('x')
    await page.keyboard.press('g')
    const inRegion = await cellOnScreen(page, 7, 6)
    await page.mouse.click(inRegion.x, inRegion.y)
    await saved(page)
    let state = await stateOf(at)
    expect(inForce(state)).toEqual(['brush set', 'rectangle set', 'region remove'])
    expect(state.history[0]!.changes.map(change => change.cell)).toEqual([11, 12, 13, 14])
    expect(state.history[1]!.changes.map(change => change.cell)).toEqual([66, 67, 68, 76, 77, 78])
    expect(state.history[2]!.changes.some(change => change.cell === 67)).toBe(true)

    await page.keyboard.press('Control+z')
    await page.locator(test('undo')).click()
    await saved(page)
    expect(inForce(await stateOf(at))).toEqual(['brush set'])
    await page.keyboard.press('Control+Shift+z')
    await saved(page)
    state = await stateOf(at)
    expect(inForce(state)).toEqual(['brush set', 'rectangle set'])

    await page.reload()
    await shown(page, 1)
    await expect.poll(() => page.locator(`${test('history')} li`).count()).toBe(3)
    await page.locator(test('redo')).click()
    await page.locator(test('redo')).isDisabled()
    await saved(page)
    expect(inForce(await stateOf(at))).toEqual(['brush set', 'rectangle set', 'region remove'])
    const over = await cellOnScreen(page, 2, 1)
    await page.mouse.move(over.x, over.y)
    await expect.poll(() => page.locator(test('cell-rows')).textContent()).toMatch(/7.*\d{4}/)
    await shoot(page, 'annotate')
    expect(await axe(page)).toEqual([])

    await page.locator(test('revert-all')).click()
    await saved(page)
    expect((await stateOf(at)).layer).toEqual([])
    expect(at.complaints).toEqual([])
  })

  it('corrects from the keyboard alone', async () => {
    const at = await open()
    const { page } = at
    await page.keyboard.press('w')
    await page.keyboard.press('b')
    await page.keyboard.press('s')
    await chooseClass(page, '3')
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Enter', 'ArrowRight', 'Enter'])
      await page.keyboard.press(key)
    await saved(page)
    expect(cells(await stateOf(at))).toEqual([66, 67])
    await expect.poll(() => page.locator(test('cell-spoken')).textContent()).toMatch(/^Cell 7, 6: 3 /)
    await page.keyboard.press('Backspace')
    await saved(page)
    expect(cells(await stateOf(at))).toEqual([66])
    for (const key of ['r', 'Enter', 'ArrowLeft', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
    await saved(page)
    expect(cells(await stateOf(at))).toEqual([66, 67, 76, 77])
    await page.keyboard.press('i')
    await page.keyboard.press('q')
    await page.keyboard.press('1')
    await page.keyboard.press('Enter')
    await saved(page)
    expect(cells(await stateOf(at))).toHaveLength(grid * grid)
    await page.keyboard.press('d')
    await shown(page, 2)
    await page.keyboard.press('a')
    await shown(page, 1)
    expect(at.complaints).toEqual([])
  })

  it('keeps corrections that cannot be saved, says so, and saves them when it can', async () => {
    const at = await open()
    const { page } = at
    await page.route('**/api/call/corrections.apply', route => route.abort())
    await page.keyboard.press('b')
    await page.keyboard.press('s')
    await chooseClass(page, '5')
    const place = await cellOnScreen(page, 3, 3)
    await page.mouse.click(place.x, place.y)
    await page.locator(`${test('save-state')}[data-state=retrying]`).waitFor()
    expect((await stateOf(at)).layer).toEqual([])
    await shoot(page, 'annotate-unsaved')
    await at.go('/browse')
    await page.locator(test('leave-anyway')).waitFor()
    await page.keyboard.press('Escape')
    await shown(page, 1)
    await page.unroute('**/api/call/corrections.apply')
    page.on('dialog', dialog => void dialog.accept())
    await page.reload()
    await shown(page, 1)
    await saved(page)
    await expect.poll(async () => cells(await stateOf(at))).toEqual([33])
  })

  it('lays its steps over what someone else saved meanwhile', async () => {
    const at = await open()
    const { page } = at
    const other = {
      id: 'someone-else',
      author: 'Kim',
      created: new Date().toISOString(),
      tool: 'brush' as const,
      operation: { kind: 'set' as const, class: 2, to: null, amount: 9, what: null },
      changes: [{ cell: 0, class: 2, before: null, after: { logit: 9, edit: 'someone-else' } }],
    }
    await at.call('corrections.apply', { image: 1, annotation: 'a1', version: 0, edit: other })
    await page.keyboard.press('b')
    await page.keyboard.press('s')
    await chooseClass(page, '5')
    const place = await cellOnScreen(page, 3, 3)
    await page.mouse.click(place.x, place.y)
    await saved(page)
    await expect.poll(async () => cells(await stateOf(at))).toEqual([0, 33])
    await expect.poll(() => page.locator(`${test('history')} li`).count()).toBe(2)
  })

  it('goes on to the next image, and a stroke that was under way is nowhere', async () => {
    const at = await open()
    const { page } = at
    await page.keyboard.press('b')
    const place = await cellOnScreen(page, 3, 3)
    await page.mouse.move(place.x, place.y)
    await page.mouse.down()
    await page.keyboard.press('d')
    await shown(page, 2)
    await page.mouse.up()
    await saved(page)
    for (const image of [1, 2]) expect((await stateOf(at, image)).history).toEqual([])
    await page.mouse.click(place.x, place.y)
    await saved(page)
    expect(cells(await stateOf(at, 2))).toEqual([33])
    expect(at.complaints).toEqual([])
  })

  it('goes there and back faster than images come, and saves what is corrected then', async () => {
    const { page } = studio
    // Neither the images nor their neighbours are known when the keys come.
    let unanswered = 0
    await page.route(/api\/call\/(images\.get|browse\.place)/, async route => {
      unanswered++
      await new Promise(resolve => setTimeout(resolve, 400))
      await route.continue().catch(() => undefined)
      unanswered--
    })
    await studio.go('/annotate/1')
    await shown(page, 1)
    for (const key of ['d', 'a', 'd', 'd', 'a']) await page.keyboard.press(key)
    await shown(page, 2)
    await expect.poll(() => unanswered).toBe(0)
    await shown(page, 2)
    await page.keyboard.press('b')
    const place = await cellOnScreen(page, 3, 3)
    await page.mouse.click(place.x, place.y)
    await saved(page)
    expect(cells(await stateOf(studio, 2))).toEqual([33])
    expect(studio.complaints).toEqual([])
  })

  it('shows the exact target of a crop, as the command line prints it', async () => {
    const at = await open()
    const { page } = at
    await page.keyboard.press('c')
    await drag(page, [4, 4], [6, 5])
    const crop = await Promise.all(
      ['top', 'left', 'height', 'width'].map(async side =>
        Number(await page.locator(`${test(`crop-${side}`)} input`).inputValue()),
      ),
    )
    const rows = await page.locator(`${test('crop-target')} li`).all()
    const ours = await Promise.all(
      rows.map(async row => ({
        class: Number(await row.getAttribute('data-class')),
        probability: Number(await row.getAttribute('data-share')),
      })),
    )
    const { item } = await at.call('images.get', { id: 1 })
    const { json } = await runJson(
      ...['target', at.project, '--image', item.key, '--crop', crop.join(','), '--top', '10'],
    )
    const printed = json as {
      classes: { class: number; probability: number }[]
      listed: number
      backgroundMass: number
    }
    // The command lists what the map lists there; all other classes share its background evenly.
    const background = printed.backgroundMass / (10 - printed.listed)
    for (const { class: id, probability } of ours) {
      const theirs = printed.classes.find(one => one.class === id)
      if (theirs) expect(probability).toBe(theirs.probability)
      else expect(probability).toBeCloseTo(background, 6)
    }
    expect(ours[0]).toEqual({
      class: printed.classes[0]?.class,
      probability: printed.classes[0]?.probability,
    })
    await shoot(page, 'annotate-crop')
    expect(await axe(page)).toEqual([])
    await page.locator(test('crop-draw')).click()
    await expect.poll(() => page.locator(`${test('crop-target')} li`).count()).toBe(6)
  })

  it('zooms at the cursor, pans by space and by the middle button, and fits again', async () => {
    const { page } = await open()
    const zoom = async (): Promise<number> =>
      Number((await page.locator(test('zoom')).textContent())!.replace(/[^\d]/g, ''))
    const fitted = await zoom()
    const place = await cellOnScreen(page, 2, 2)
    await page.mouse.move(place.x, place.y)
    const cell = await page.locator('.status .cell').textContent()
    await page.mouse.wheel(0, -300)
    await expect.poll(zoom).toBeGreaterThan(fitted)
    await page.mouse.move(place.x + 1, place.y)
    expect(await page.locator('.status .cell').textContent()).toBe(cell)
    await page.keyboard.down('Space')
    await page.mouse.down()
    await page.mouse.move(place.x + 150, place.y + 1, { steps: 3 })
    await page.mouse.up()
    await page.keyboard.up('Space')
    await page.mouse.move(place.x + 151, place.y + 1)
    expect(await page.locator('.status .cell').textContent()).toBe(cell)
    await page.mouse.down({ button: 'middle' })
    await page.mouse.move(place.x, place.y + 90, { steps: 3 })
    await page.mouse.up({ button: 'middle' })
    expect(await page.locator('.status .cell').textContent()).toBe(cell)
    expect(await page.locator(`${test('history')} li`).count()).toBe(0)
    await page.keyboard.press('Shift+1')
    await expect.poll(zoom).toBe(fitted)
  })

  it('marks a review, and says what is missing where there is no map or no project', async () => {
    const at = await open()
    const { page } = at
    await page.locator(test('review-flagged')).click()
    await expect.poll(async () => (await at.call('images.get', { id: 1 })).item.review).toBe('flagged')
    await page.route('**/api/call/project.info', async route => {
      const response = await route.fetch()
      const info = (await response.json()) as object
      await route.fulfill({ json: { ...info, readonly: 'the folder cannot be written' } })
    })
    await page.reload()
    await page.locator(test('readonly')).waitFor()
    await shown(page, 1)
    await expect.poll(() => page.locator(test('tool-brush')).isDisabled()).toBe(true)
    await page.keyboard.press('b')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator(test('said')).textContent()).toBe('The project is read only')
    await page.unroute('**/api/call/project.info')
    await page.reload()
    await shown(page, 1)
    const unmapped = await at.call('browse.page', {
      query: { filter: { splits: ['val'] }, sort: { by: 'name', descending: false } },
      offset: 0,
      limit: 1,
    })
    await at.go(`/annotate/${unmapped.items[0]!.id}`)
    await page.locator(test('to-relabel')).waitFor()
    await expect.poll(() => page.locator(test('tool-brush')).isDisabled()).toBe(true)
    await shoot(page, 'annotate-no-map')
    expect(await axe(page)).toEqual([])
    await at.call('project.close', {})
    await page.reload()
    await at.go('/annotate')
    await page.getByText('No project is open').waitFor()
  })
})
