/** The classes screen and the class picker in a real browser: names, colours, keys, order, merging, and what Enter takes. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addImages, addSplit } from '../../core/project/images.ts'
import { createProject } from '../../core/project/project.ts'
import { browserPath } from './browser.ts'
import { axe, drawn, openStudio, shoot, test, type Studio } from './studio.ts'

const named: [name: string, wnid: string][] = [
  ['bearskin, busby, shako', 'n02817516'],
  ['brown bear, bruin, Ursus arctos', 'n02132136'],
  ['American black bear, black bear, Ursus americanus', 'n02133161'],
  ['sloth bear, Melursus ursinus', 'n02134418'],
  ['drake', 'n01847000'],
  ['duck', 'n01846331'],
  ['quail', 'n01806567'],
  ['crane', 'n02012849'],
  ['crane', 'n03126707'],
]
const many = 21_000

let studio: Studio

async function makeProjects(dir: string): Promise<void> {
  const images = join(dir, 'images')
  mkdirSync(images)
  const labels = [1, 1, 4, 5, 5, 6]
  for (const at of labels.keys())
    await sharp({ create: { width: 64, height: 64, channels: 3, background: { r: 40 * at, g: 120, b: 90 } } })
      .png()
      .toFile(join(images, `${at}.png`))
  const project = createProject(join(dir, 'animals'), {
    classes: named.map(([name, wnid], index) => ({ index, name, wnid })),
  })
  addSplit(project, 'train', images)
  addImages(
    project,
    'train',
    labels.map((label, i) => ({ path: `${i}.png`, label, width: 64, height: 64 })),
  )
  project.close()
  createProject(join(dir, 'many'), {
    classes: Array.from({ length: many }, (_, index) => ({
      index,
      name: `class ${String(index).padStart(5, '0')}`,
    })),
  }).close()
}

const row = (index: number) => studio.page.locator(`[data-class="${index}"]`)
const within = (index: number, name: string) => row(index).locator(test(name))
const order = (): Promise<(string | null)[]> =>
  studio.page.locator('[data-class]').evaluateAll(rows =>
    rows
      .map(one => one as unknown as { dataset: { class: string }; ariaRowIndex: string })
      .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
      .map(one => one.dataset.class),
  )
const classes = () => studio.call('project.classes', {})

describe.skipIf(!browserPath)('Classes', () => {
  beforeAll(async () => {
    studio = await openStudio({ project: false, viewport: { width: 1440, height: 900 } })
    await makeProjects(studio.dir)
    await studio.call('project.open', { dir: join(studio.dir, 'animals') })
    await studio.go('/classes')
    await row(0).waitFor()
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('lists every class with its names, images and examples', async () => {
    const { page } = studio
    await expect.poll(() => within(5, 'count-given').textContent()).toMatch(/^\s*2\s*$/)
    expect(await within(7, 'short').textContent()).not.toBe(await within(8, 'short').textContent())
    await expect.poll(() => row(1).locator('img').count()).toBe(2)
    await expect
      .poll(() => page.evaluate(`document.querySelector('[data-class="1"] img').naturalWidth`))
      .toBeGreaterThan(0)
    await shoot(studio.page, 'classes')
    expect(await axe(studio.page)).toEqual([])
  })

  it('renames where a name stands, keeps what Escape leaves, and takes it back', async () => {
    const { page } = studio
    await within(4, 'short').click()
    await page.locator(test('edit-name')).fill('mallard')
    await page.keyboard.press('Enter')
    await expect.poll(() => within(4, 'short').textContent()).toContain('mallard')
    await within(4, 'full').click()
    await page.locator(test('edit-name')).fill('nothing')
    await page.keyboard.press('Escape')
    expect((await classes())[4]).toMatchObject({ name: 'drake', short: 'mallard' })
    // A name that another class has is refused, with the reason.
    await within(4, 'short').click()
    await page.locator(test('edit-name')).fill('quail')
    await page.keyboard.press('Enter')
    await page.getByText('is the short name of class 6').waitFor()
    await page.getByRole('button', { name: 'Close the message' }).first().click()
    await page.locator(test('undo-classes')).click()
    await expect.poll(() => within(4, 'short').textContent()).toContain('drake')
    await page.keyboard.press('Control+Shift+Z')
    await expect.poll(() => within(4, 'short').textContent()).toContain('mallard')
    await page.keyboard.press('Control+Z')
    await expect.poll(() => within(4, 'short').textContent()).toContain('drake')
  })

  it('gives a class a colour of the palette, and that of its number back', async () => {
    const { page } = studio
    const before = await within(1, 'colour').getAttribute('title')
    await within(1, 'colour').click()
    await page.locator(test('swatch')).nth(3).click()
    await expect.poll(() => within(1, 'colour').getAttribute('title')).not.toBe(before)
    expect((await classes())[1]!.colour).toBe(await within(1, 'colour').getAttribute('title'))
    await within(1, 'colour').click()
    await shoot(page, 'classes-colour')
    await page.locator(test('colour-by-number')).click()
    await expect.poll(() => within(1, 'colour').getAttribute('title')).toBe(before)
  })

  it('gives a class a key that nothing else on Annotate has', async () => {
    const { page } = studio
    await within(6, 'key').click()
    await page.keyboard.press('b')
    await page.getByText('B is the key of “Brush”').waitFor()
    await within(6, 'key').click()
    await page.keyboard.press('j')
    await expect.poll(async () => (await classes())[6]!.key).toBe('J')
    await within(5, 'key').click()
    await page.keyboard.press('j')
    await page.getByText('the key J chooses class 6').waitFor()
    await page.getByRole('button', { name: 'Close the message' }).first().click()
    await within(6, 'key').click()
    await page.keyboard.press('Delete')
    await expect.poll(async () => (await classes())[6]!.key).toBe(null)
  })

  it('is used from the keyboard: arrows, renaming, and another order', async () => {
    const { page } = studio
    await within(0, 'short').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => page.evaluate('document.activeElement.closest("[data-class]")?.dataset.class'))
      .toBe('2')
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(order).toEqual(['0', '2', '1', '3', '4', '5', '6', '7', '8'])
    await page.getByText('is now number 2 of 9').waitFor({ state: 'attached' })
    await page.keyboard.press('F2')
    await page.keyboard.type('black bear')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await classes())[2]!.short).toBe('black bear')
    await within(2, 'grip').dragTo(row(6), { targetPosition: { x: 200, y: 40 } })
    await expect.poll(order).toEqual(['0', '1', '3', '4', '5', '6', '2', '7', '8'])
    await page.keyboard.press('Control+Z')
    await page.keyboard.press('Control+Z')
    await page.keyboard.press('Control+Z')
    await expect.poll(order).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8'])
  })

  it('merges what is selected, says what that changes, and separates again', async () => {
    const { page } = studio
    await within(4, 'select-class').check()
    await within(5, 'select-class').check()
    await page.locator(test('merge-selected')).click()
    await page.locator(test('merge-effect')).getByText('Given labels that change: 1.').waitFor()
    await shoot(page, 'classes-merge')
    expect(await axe(page)).toEqual([])
    await page.locator(test('merge-do')).click()
    // The one with more images stays.
    await expect.poll(async () => (await classes())[4]!.into).toBe(5)
    await expect.poll(() => within(5, 'count-given').textContent()).toMatch(/^\s*3\s*$/)
    expect(await order()).toEqual(['0', '1', '2', '3', '5', '4', '6', '7', '8'])
    await shoot(page, 'classes-merged')
    expect(await axe(page)).toEqual([])
    await within(4, 'separate').click()
    await expect.poll(() => within(4, 'count-given').textContent()).toMatch(/^\s*1\s*$/)
    expect((await classes())[4]!.into).toBeUndefined()
  })

  it('adds a class, which cannot be taken back', async () => {
    const { page } = studio
    await page.locator(test('add-class')).click()
    await page.locator(test('add-name')).fill('Quail')
    await page.locator(test('add-do')).click()
    await page.getByText('"quail" is a name of class 6').waitFor()
    await page.locator(test('add-name')).fill('heron, Ardea')
    await page.keyboard.press('Enter')
    await expect.poll(async () => (await classes())[9]?.short).toBe('heron')
    await row(9).waitFor()
    expect(await page.locator(test('undo-classes')).isDisabled()).toBe(true)
  })

  it('is complete in a small window and at 200 %', async () => {
    const { page } = studio
    await page.setViewportSize({ width: 1024, height: 700 })
    await shoot(page, 'classes-1024')
    await page.setViewportSize({ width: 720, height: 450 })
    await drawn(page)
    await within(0, 'short').scrollIntoViewIfNeeded()
    await shoot(page, 'classes-200')
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await page.setViewportSize({ width: 1440, height: 900 })
  })
})

describe.skipIf(!browserPath)('the class picker', () => {
  /** Opens the picker of the merge dialog. */
  async function open(): Promise<void> {
    const { page } = studio
    await within(6, 'row-menu').click()
    await page.locator(test('row-merge')).click()
    await page.locator(test('class-picker')).click()
    await page.locator(test('class-search')).waitFor()
  }
  const picked = () => studio.page.locator(test('class-picker')).textContent()
  const options = () => studio.page.locator('[role=option] .short').allTextContents()

  beforeAll(async () => {
    studio = await openStudio({ project: false, viewport: { width: 1440, height: 900 } })
    await makeProjects(studio.dir)
    await studio.call('project.open', { dir: join(studio.dir, 'animals') })
    await studio.go('/classes')
    await row(6).waitFor()
    await open()
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('finds whole words before parts, wide enough for their names', async () => {
    const { page } = studio
    await page.locator(test('class-search')).fill('bear')
    await expect.poll(options).toEqual(['brown bear', 'American black bear', 'sloth bear', 'bearskin'])
    const { width } = (await page.locator('.ui-picker').boundingBox())!
    expect(width).toBeGreaterThanOrEqual(360)
    const cut = await page.locator('[role=option] .short').evaluateAll(
      all =>
        all.filter(one => {
          const { scrollWidth, clientWidth } = one as unknown as { scrollWidth: number; clientWidth: number }
          return scrollWidth > clientWidth
        }).length,
    )
    expect(cut).toBe(0)
    await shoot(page, 'class-picker')
    expect(await axe(page)).toEqual([])
  })

  it('takes with Enter what is seen highlighted, never what nobody could have seen', async () => {
    const { page } = studio
    // Text and Enter within one turn, before anything is drawn: several match, so none is taken.
    const blind = (text: string): Promise<unknown> =>
      page.evaluate(
        `(() => {
          const field = document.querySelector('[data-test=class-search]')
          field.value = ${JSON.stringify(text)}
          field.dispatchEvent(new Event('input', { bubbles: true }))
          field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true }))
        })()`,
      )
    await blind('bea')
    await drawn(page)
    expect(await page.locator(test('class-search')).count()).toBe(1)
    // The highlight is a class, not a place: it stays where another class moves above it.
    await page.locator(test('class-search')).fill('bear')
    await expect.poll(options).toHaveLength(4)
    await page.keyboard.press('ArrowDown')
    await expect
      .poll(() => page.locator('[role=option][data-highlighted] .short').textContent())
      .toBe('American black bear')
    await studio.call('classes.change', { step: { kind: 'set', class: 8, name: 'bear crane' } })
    await expect.poll(options).toHaveLength(5)
    await page.keyboard.press('Enter')
    await expect.poll(picked).toContain('American black bear')
    // What only one class is called is plain even unseen.
    await page.locator(test('class-picker')).click()
    await page.locator(test('class-search')).waitFor()
    await blind('duck')
    await expect.poll(picked).toContain('duck')
    await page.keyboard.press('Escape')
  })

  it('shows twenty-one thousand classes with only the rows in sight, and finds one by its number', async () => {
    const { page } = studio
    await studio.call('project.open', { dir: join(studio.dir, 'many') })
    await expect.poll(() => page.locator(test('class-count')).textContent()).toContain('21,000 classes')
    expect(await page.locator('[data-class]').count()).toBeLessThan(60)
    await page.locator(test('find-class')).fill('20999')
    await row(many - 1).waitFor()
    await within(many - 1, 'short').click()
    await page.locator(test('edit-name')).fill('the last')
    await page.keyboard.press('Enter')
    await expect.poll(() => within(many - 1, 'short').textContent()).toContain('the last')
    await page.locator(test('find-class')).fill('')
    await expect.poll(() => page.locator('[data-class]').count()).toBeGreaterThan(10)
    expect(studio.complaints).toEqual([])
  })
})
