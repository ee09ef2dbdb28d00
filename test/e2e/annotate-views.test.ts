/** How a label map is seen on the annotate screen, on photographs: regions, keys to hold, the card, the other views. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { classColour } from '../../core/labelmap/colour.ts'
import { browserPath } from './browser.ts'
import { photographProject, photographs } from './photographs.ts'
import { axe, drawn, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio
let page: Page
beforeAll(async () => {
  if (!browserPath) return
  studio = await openStudio({ project: false, viewport: { width: 1440, height: 900 } })
  page = studio.page
  await studio.call('project.open', { dir: await photographProject(join(studio.dir, 'photographs')) })
})
afterAll(() => studio?.close())
beforeEach(async () => {
  if (!browserPath) return
  await page.mouse.move(0, 0)
  await page.reload()
  await page.locator('#content h1').first().waitFor({ state: 'attached' })
})

/** Cells per axis. */
const grid = 15
const quail = 85

async function open(name: (typeof photographs)[number]): Promise<void> {
  const id = photographs.indexOf(name) + 1
  await studio.go(`/annotate/${id}`)
  await page.locator(`${test('annotate')}[data-image="${id}"]`).waitFor()
  await drawn(page)
}

const chips = async (): Promise<string[]> => {
  await drawn(page)
  return ((await page.locator(test('stage')).getAttribute('data-chips')) ?? '').split('; ').filter(Boolean)
}

/** How many pixels of the stage's canvases over the picture are painted, and how many of them in a class's colour. */
async function painted(id = quail): Promise<{ all: number; own: number }> {
  await drawn(page)
  return page.evaluate<{ all: number; own: number }>(`(() => {
    const [red, green, blue] = ${JSON.stringify(classColour(id))}
    let [all, own] = [0, 0]
    for (const canvas of [...document.querySelectorAll('${test('stage')} canvas')].slice(1)) {
      if (canvas.style.display === 'none') continue
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 0) continue
        all++
        if (data[i + 3] === 255 && data[i] === red && data[i + 1] === green && data[i + 2] === blue) own++
      }
    }
    return { all, own }
  })()`)
}

/** The middle of a cell on the screen: the picture is fitted, with its margin. */
async function cellOnScreen(x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator(test('stage')).boundingBox())!
  const { width, height } = (
    await studio.call('images.get', {
      id: Number(await page.locator(test('annotate')).getAttribute('data-image')),
    })
  ).item
  const scale = Math.min((box.width - 48) / width, (box.height - 48) / height)
  return {
    x: box.x + box.width / 2 + ((x + 0.5) / grid - 0.5) * width * scale,
    y: box.y + box.height / 2 + ((y + 0.5) / grid - 0.5) * height * scale,
  }
}

async function pointAt(x: number, y: number): Promise<void> {
  const place = await cellOnScreen(x, y)
  await page.mouse.move(place.x, place.y)
}

const now = (): Promise<number> => page.evaluate<number>('performance.now()')

/** Presses and releases a key at once, however slow the machine is. */
const tap = (key: string): Promise<unknown> =>
  page.evaluate(`for (const type of ['keydown', 'keyup'])
    document.body.dispatchEvent(new KeyboardEvent(type, {
      key: '${key}', code: 'Key${key.toUpperCase()}', bubbles: true, cancelable: true,
    }))`)

const rows = (): Promise<string[]> => page.locator(`${test('legend')} li`).allTextContents()

describe.skipIf(!browserPath)('a label map on the annotate screen', () => {
  it('is drawn as regions at first, with names on their outlines and in the list', async () => {
    await open('quail')
    expect(await chips()).toEqual(['quail 97%', '99%'])
    expect((await painted()).own).toBeGreaterThan(1000)
    expect(await rows()).toEqual([expect.stringMatching(/^quail\s*given label\s*98%\s*37 cells/)])
    expect(
      await page
        .locator(`${test('legend')} button`)
        .first()
        .getAttribute('title'),
    ).toBe('quail')
    await shoot(page, 'annotate-quail')
    expect(await axe(page)).toEqual([])

    await open('oxcart')
    expect(await chips()).toEqual(['oxcart 86%', 'ox 81%'])
    expect(await rows()).toHaveLength(2)
    await shoot(page, 'annotate-oxcart')
    expect(studio.complaints).toEqual([])
  })

  it('says that a given label is not on the map', async () => {
    await open('husky')
    expect(await chips()).toEqual(['Siberian husky: not on this map', 'Tibetan mastiff 92%'])
    expect(await rows()).toEqual([
      expect.stringMatching(/^Siberian husky\s*given label\s*nowhere/),
      expect.stringMatching(/^Tibetan mastiff\s*92%/),
    ])
    await shoot(page, 'annotate-husky')
  })

  it('is gone while H is held, and hidden by a tap', async () => {
    await open('quail')
    await chips()
    for (const end of ['keyup', 'blur']) {
      await page.keyboard.down('h')
      expect(await painted()).toEqual({ all: 0, own: 0 })
      // Repeats of a held key are no presses.
      await page.keyboard.down('h')
      const pressed = await now()
      await expect.poll(now).toBeGreaterThan(pressed + 250)
      if (end === 'blur') await page.evaluate(`dispatchEvent(new Event('blur'))`)
      else await page.keyboard.up('h')
      expect(await chips()).toEqual(['quail 97%', '99%'])
      expect((await painted()).own).toBeGreaterThan(1000)
      await page.keyboard.up('h')
    }
    const toggle = page.locator(test('overlay-toggle'))
    await tap('h')
    await expect.poll(() => toggle.getAttribute('aria-pressed')).toBe('false')
    expect(await painted()).toEqual({ all: 0, own: 0 })
    await tap('h')
    await expect.poll(() => toggle.getAttribute('aria-pressed')).toBe('true')
    expect(await chips()).toEqual(['quail 97%', '99%'])
  })

  it('shows only the class under the pointer, or under the cell cursor, while V is held', async () => {
    await open('oxcart')
    const all = await chips()
    await pointAt(7, 9)
    await page.keyboard.down('v')
    expect(await chips()).toEqual(['ox 81%'])
    await page.keyboard.up('v')
    expect(await chips()).toEqual(all)
    await page.mouse.move(0, 0)
    await page.keyboard.press('ArrowRight') // the middle
    await page.keyboard.press('ArrowDown')
    await page.keyboard.down('v')
    expect(await chips()).toEqual(['ox 81%'])
    await page.evaluate(`dispatchEvent(new Event('blur'))`)
    expect(await chips()).toEqual(all)
    await page.keyboard.up('v')
  })

  it('names the classes of the cell under the resting pointer on a card, which takes no click', async () => {
    await open('quail')
    const card = page.locator(test('cell-card'))
    await pointAt(6, 4)
    await card.waitFor()
    const text = (await card.innerText()).replace(/\s+/g, ' ')
    expect(text).toMatch(/^Cell 6, 4 quail >99% .*quail region: 20 cells, mean 97%$/)
    expect(await card.locator('li').count()).toBe(3)
    const place = await cellOnScreen(6, 4)
    const box = (await card.boundingBox())!
    expect(Math.round(box.x - place.x)).toBe(18)
    expect(Math.round(box.y - place.y)).toBe(18)
    const under = (x: number, y: number): Promise<string> =>
      page.evaluate(`document.elementFromPoint(${x}, ${y}).closest('[data-test]').getAttribute('data-test')`)
    expect(await under(box.x + 10, box.y + 10)).toBe('stage')
    await page.mouse.move(0, 0)
    await card.waitFor({ state: 'detached' })

    // In a window that ends there it stands on the other side.
    await page.setViewportSize({ width: 1024, height: 700 })
    await drawn(page)
    await pointAt(14, 14)
    await card.waitFor()
    const corner = (await card.boundingBox())!
    expect(corner.x + corner.width).toBeLessThanOrEqual(1024)
    expect(corner.y + corner.height).toBeLessThanOrEqual(700)
    await shoot(page, 'annotate-card-1024')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  it('says the same of the cell cursor, on the card and to a screen reader', async () => {
    await open('quail')
    await page.keyboard.press('ArrowRight') // the middle
    for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key)
    const card = page.locator(test('cell-card'))
    await card.waitFor()
    expect(await card.locator('p').first().textContent()).toBe('Cell 6, 4')
    const names = await card.locator('li .name').allTextContents()
    const spoken = await page.locator(test('cell-spoken')).textContent()
    expect(spoken).toMatch(/^Cell 6, 4: quail >99%, .*; quail region: 20 cells, mean 97%$/)
    for (const name of names) expect(spoken).toContain(name)
  })

  it('has three views, in which a class keeps its colour from image to image', async () => {
    await open('quail')
    const view = (): Promise<string | null> =>
      page.locator(`${test('view-switch')} [aria-checked=true]`).textContent()
    const more = page.locator(test('more-classes'))
    expect(await more.textContent()).toMatch(/^\s*57 more classes lead cells: All cells/)
    await more.click()
    expect((await view())?.trim()).toBe('All cells')
    const colours = async (): Promise<Map<string, string>> =>
      new Map(
        await page.evaluate<[string, string][]>(
          `[...document.querySelectorAll('${test('legend')} li')].map(row =>
            [row.dataset.class, row.querySelector('rect').getAttribute('fill')])`,
        ),
      )
    const first = await colours()
    expect(first.size).toBe(58)
    await shoot(page, 'annotate-all-cells')
    await open('husky')
    const second = await colours()
    const both = [...first.keys()].filter(id => second.has(id))
    expect(both.length).toBeGreaterThan(3)
    for (const [id, colour] of [...first, ...second])
      expect(colour).toBe(`rgb(${classColour(Number(id)).join(' ')})`)

    await page.keyboard.press('m')
    expect((await view())?.trim()).toBe('Regions')
    await page.keyboard.press('m')
    expect((await view())?.trim()).toBe('One class')
    await page.keyboard.press('m')
    expect((await view())?.trim()).toBe('All cells')
  })

  it('makes a class stand out while its row is pointed at, and dims the rest if asked', async () => {
    await open('quail')
    const before = await painted()
    await page
      .locator(`${test('legend')} li`)
      .first()
      .hover()
    await expect.poll(async () => (await painted()).own).toBeGreaterThan(before.own * 1.2)
    await page.mouse.move(0, 0)
    await expect.poll(async () => (await painted()).own).toBe(before.own)
    await page.getByRole('switch', { name: 'Dim the rest' }).click()
    await page.mouse.move(0, 0)
    await expect.poll(async () => (await painted()).all).toBeGreaterThan(before.all * 2)
    await shoot(page, 'annotate-dimmed')
    await page.getByRole('switch', { name: 'Dim the rest' }).click()
    await page.getByRole('switch', { name: 'Grid' }).click()
    await page.mouse.move(0, 0)
    expect((await painted()).own).toBeGreaterThan(1000)
    await shoot(page, 'annotate-grid')
  })
})
