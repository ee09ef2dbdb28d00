/**
 * Correcting a photograph whose map takes quails for a drake: every tool in words, by mouse and from the keyboard; what is
 * shown, what is said and what is trained on agree.
 */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CorrectionState } from '../../core/contract/api/corrections.ts'
import { runJson } from '../electron/cli-run.ts'
import { browserPath } from './browser.ts'
import { photographProject } from './photographs.ts'
import { axe, drawn, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
let page: Page
let project = ''
beforeAll(async () => {
  if (!browserPath) return
  studio = await openStudio({ project: false, viewport: { width: 1440, height: 900 } })
  page = studio.page
  project = await photographProject(join(studio.dir, 'photographs'))
  await studio.call('project.open', { dir: project })
})
afterAll(() => studio?.close())
beforeEach(async () => {
  if (!browserPath) return
  await page.mouse.move(0, 0)
  await page.reload()
  await page.locator('#content h1').first().waitFor({ state: 'attached' })
  await studio.go('/annotate/1')
  await page.locator(`${test('annotate')}[data-image="1"]`).waitFor()
  await drawn(page)
  if (await page.locator(test('revert-all')).isEnabled()) {
    await page.locator(test('revert-all')).click()
    await saved()
  }
})

/** Cells per axis. */
const grid = 15
const quail = 85

const saved = (): Promise<void> => page.locator(`${test('save-state')}[data-state=saved]`).waitFor()
const said = (): Promise<string> => page.locator(test('said')).innerText()
const state = (): Promise<CorrectionState> => studio.call('corrections.get', { image: 1, annotation: 'a1' })

/** The middle of a cell on the screen: the picture is fitted, with its margin. */
async function cellOnScreen(x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator(test('stage')).boundingBox())!
  const { width, height } = (await studio.call('images.get', { id: 1 })).item
  const scale = Math.min((box.width - 48) / width, (box.height - 48) / height)
  return {
    x: box.x + box.width / 2 + ((x + 0.5) / grid - 0.5) * width * scale,
    y: box.y + box.height / 2 + ((y + 0.5) / grid - 0.5) * height * scale,
  }
}

async function drag(
  from: [number, number],
  to: [number, number],
  before?: () => Promise<void>,
): Promise<void> {
  const [a, b] = [await cellOnScreen(...from), await cellOnScreen(...to)]
  await page.mouse.move(a.x, a.y)
  await page.mouse.down()
  await page.mouse.move(b.x, b.y, { steps: 6 })
  await before?.()
  await page.mouse.up()
}

/** What the card at the pointer, or the cell panel, says of a cell. */
async function leaderOf(x: number, y: number): Promise<string> {
  const place = await cellOnScreen(x, y)
  await page.mouse.move(place.x, place.y)
  await drawn(page)
  return page
    .locator(`${test('cell-rows')} li`)
    .first()
    .innerText()
}

/** The share of a class in the target that training makes of the whole image, by the command line. */
async function trained(id: number): Promise<number> {
  const { item } = await studio.call('images.get', { id: 1 })
  const { json } = await runJson('target', project, '--image', item.key, '--top', '5')
  const { classes } = json as { classes: { class: number; probability: number }[] }
  return classes.find(one => one.class === id)?.probability ?? 0
}

/** Nine cells over the birds that the map does not know as quails. */
const [from, to]: [[number, number], [number, number]] = [
  [9, 4],
  [11, 6],
]

describe.skipIf(!browserPath)('correcting a photograph', () => {
  it('labels nine cells as quail, which leads them all at 95 %, and the target follows', async () => {
    await page.keyboard.press('k') // without Snap
    const bars = (): Promise<string> => page.locator(test('targets')).innerText()
    const before = await bars()
    await drag(from, to, async () => {
      await expect.poll(bars).not.toBe(before)
      await shoot(page, 'correct-stroke')
    })
    await saved()
    expect(await said()).toMatch(/^9 cells: drake \(\d\) and \d others → quail 95%$/)
    const told = await page.locator(test('said-target')).innerText()
    expect(told).toMatch(/^target: quail 9\d\.\d% → 9\d\.\d% · Ctrl\+Z$/)
    for (let y = 4; y <= 6; y++)
      for (let x = 9; x <= 11; x++) expect(await leaderOf(x, y)).toMatch(/^quail[^]*95(\.0)?%/)
    const share = await trained(quail)
    expect(told).toContain(`→ ${(100 * share).toFixed(1)}%`)
    const { history, layer } = await state()
    expect(new Set(layer.map(entry => entry.cell)).size).toBe(9)
    expect(history[0]!.operation).toMatchObject({ kind: 'label', class: quail, amount: 0.95, ids: 'shown' })
    await shoot(page, 'correct-after')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Control+z')
    await saved()
    expect((await state()).layer).toEqual([])
    await expect.poll(bars).toBe(before)
    expect(studio.complaints).toEqual([])
  })

  it('takes the whole region along with Snap, unless Alt is held', async () => {
    // Eleven of the seventeen cells of the quails at the lower right, which are not taken for quails any more.
    await page.keyboard.press('n')
    await drag([10, 8], [13, 10])
    await saved()
    expect(await said()).toMatch(/^17 cells: quail → /)
    await page.keyboard.press('Control+z')
    await page.keyboard.down('Alt')
    await drag([10, 8], [13, 10])
    await page.keyboard.up('Alt')
    await saved()
    expect(await said()).toMatch(/^11 cells: quail → /)
  })

  it('says what each of the other tools did, by mouse', async () => {
    const tool = (name: string): Promise<void> => page.locator(test(`op-${name}`)).click()
    await tool('also')
    await drag([10, 5], [10, 6])
    await saved()
    expect(await said()).toMatch(/^2 cells: drake → quail \d\d%$/)
    await page.keyboard.press('Control+z')
    await tool('nothing')
    await drag([10, 5], [10, 6])
    await saved()
    expect(await said()).toBe('2 cells: drake → no class')
    await page.keyboard.press('Control+z')
    await tool('not')
    await drag([5, 5], [5, 5.4])
    await saved()
    expect(await said()).toMatch(/^1 cell: quail → /)
    await page.keyboard.press('Control+z')
    await tool('really')
    for (const [place, name] of ['drake', 'quail'].entries()) {
      await page.locator(test('class-picker')).nth(place).click()
      await page.locator(test('class-search')).fill(name)
      await page.locator(test('class-search')).press('Enter')
      await page.locator(test('class-search')).waitFor({ state: 'detached' })
    }
    await drag([10, 5], [10, 6])
    await saved()
    expect(await said()).toMatch(/^2 cells: drake → quail/)
    await shoot(page, 'correct-really')
    expect(studio.complaints).toEqual([])
  })

  it('shows the candidates of a region at a click, and a key turns the region, Alt and the key the cell', async () => {
    const place = await cellOnScreen(10, 4)
    await page.mouse.click(place.x, place.y)
    await page.locator(test('candidates')).waitFor()
    expect(await page.locator(test('candidates')).innerText()).toMatch(/^Region drake, 3 cells · this cell:/)
    expect(await page.locator(test('candidate-0')).innerText()).toMatch(/quail \(given label\)/)
    expect(await page.locator(test('candidate-1')).innerText()).toMatch(/drake/)
    await shoot(page, 'correct-candidates')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.locator(test('candidates')).waitFor({ state: 'detached' })
    await page.mouse.click(place.x, place.y)
    await page.keyboard.press('Alt+0')
    await saved()
    expect(await said()).toMatch(/^1 cell: drake → quail 95%$/)
    await page.keyboard.press('Control+z')
    await page.mouse.click(place.x, place.y)
    await page.keyboard.press('0')
    await saved()
    expect(await said()).toMatch(/^3 cells: drake → quail 95%$/)
    await page.keyboard.press('Control+z')
    await page.mouse.click(place.x, place.y, { button: 'right' })
    expect(await page.locator(test('candidates')).innerText()).toMatch(/^This cell: drake/)
    await page.locator(test('candidate-n')).click()
    await saved()
    expect(await said()).toMatch(/^1 cell: drake → no class$/)
    expect(studio.complaints).toEqual([])
  })

  it('does all of it from the keyboard', async () => {
    // From the middle of the map to a cell of the drake.
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key)
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.locator(test('candidates')).waitFor()
    await page.keyboard.press('0')
    await saved()
    expect(await said()).toMatch(/drake → quail 95%$/)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('b')
    await page.keyboard.press('o')
    await page.keyboard.press('Enter')
    await saved()
    expect(await said()).toMatch(/^1 cell: drake → no class$/)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('u')
    await page.keyboard.press('Enter')
    await saved()
    expect(await said()).toMatch(/^1 cell: (drake → quail|quail added, drake still leads)/)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('q')
    await page.keyboard.press('Enter')
    await saved()
    expect(await said()).toMatch(/^1 cell: quail raised, drake still leads$/)
    expect(studio.complaints).toEqual([])
  })
})
