/** Names that want to be markup, to turn the page around or to burst it, and images that nobody expects, on every screen of a real browser. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isolated } from '../../renderer/i18n/isolate.ts'
import { browserPath } from './browser.ts'
import { classNames, fileNames, hostileProject, oddImages, projectName } from './hostile-project.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'
import { projectTemplate } from './template.ts'

const query = (text: string) => ({ filter: { text }, sort: { by: 'name', descending: false } as const })
let studio: Studio
let dir: string
const dialogs: string[] = []

/** Counts of what must not be, and texts that could turn their neighbours around; run in the page. */
const look = String.raw`(() => {
  const controls = /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/
  const isolates = new Set(['isolate', 'isolate-override', 'plaintext'])
  // What stands outside of Unicode's isolates.
  const outside = text => {
    let depth = 0
    let kept = ''
    for (const sign of text) {
      if (sign >= '\u2066' && sign <= '\u2068') depth++
      else if (sign === '\u2069' && depth > 0) depth--
      else if (depth === 0) kept += sign
    }
    return kept
  }
  const loose = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data
    if (!controls.test(outside(text))) continue
    let around = node.parentElement
    while (around && !isolates.has(getComputedStyle(around).unicodeBidi)) around = around.parentElement
    const hidden = [...(around?.querySelectorAll('.visually-hidden') ?? [])].map(one => one.textContent).join('')
    if (!around || around.textContent.replace(hidden, '').trim() !== text.trim()) loose.push(node.parentElement.outerHTML.slice(0, 200))
  }
  return {
    hacked: window.hacked ?? null,
    made: document.querySelectorAll('img[src="x"], [onclick], [onerror], body script, b').length,
    wider: document.scrollingElement.scrollWidth - innerWidth,
    higher: document.scrollingElement.scrollHeight - innerHeight,
    // Names that reach out of the window, and boxes that scroll sideways for them.
    burst: [...document.querySelectorAll('#content *')]
      .filter(one => {
        const box = one.getBoundingClientRect()
        const named = one.matches('.name, h1, h2, h3, .chip') && box.width > 1 && (box.right > innerWidth + 1 || box.left < -1)
        const sideways = /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth > one.clientWidth + 1
        return named || sideways
      })
      .map(one => one.outerHTML.slice(0, 200)),
    polluted: Object.keys(Object.prototype).length,
    loose,
  }
})()`
const harmless = { hacked: null, made: 0, wider: 0, higher: 0, polluted: 0, burst: [], loose: [] }

/** What is typed, and the only class that it finds. */
const searches = [
  ['<script', classNames[1]!],
  ['100 %', classNames[2]!],
  ['gnp.exe', classNames[3]!],
  ['עולם', classNames[4]!],
  ['__proto__', classNames[9]!],
] as const

async function harmlessNow(page: Page): Promise<void> {
  // What a name made the page load has failed, and run its handler, before this picture fails.
  await page.evaluate(
    `new Promise(done => Object.assign(new Image(), { onload: done, onerror: done, src: 'no-such-picture' }))`,
  )
  expect(await page.evaluate(look)).toEqual(harmless)
  expect(studio.complaints).toEqual([])
  expect(dialogs).toEqual([])
}

describe.skipIf(!browserPath)('hostile input', () => {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'relabel-hostile-'))
    const project = await hostileProject(dir, join(await projectTemplate(), 'scenes'))
    studio = await openStudio({ project: false, args: ['--project', project] })
    studio.page.on('dialog', dialog => {
      dialogs.push(dialog.message())
      void dialog.dismiss()
    })
  })
  afterAll(async () => {
    await studio?.close()
    if (dir) rmSync(dir, { recursive: true, force: true })
  })

  it('stays text in the frame and on the Start screen', async () => {
    const { page } = studio
    await page.locator(test('steps')).waitFor()
    await expect.poll(() => page.locator(test('project-name')).textContent()).toBe(projectName)
    await expect.poll(() => page.locator(`${test('recent')} .title`).textContent()).toBe(projectName)
    await page.locator(test('project-name')).hover()
    await page.locator('.ui-tooltip').first().waitFor()
    await harmlessNow(page)
    await shoot(page, 'hostile-start')
    expect(await axe(page)).toEqual([])
  })

  it('is browsed, filtered and searched by its names', async () => {
    const { page } = studio
    await studio.go('/browse')
    await page
      .locator(`${test('cell')} .file`)
      .first()
      .waitFor()
    await harmlessNow(page)
    await shoot(page, 'hostile-browse')
    expect(await axe(page)).toEqual([])
    for (const name of fileNames) {
      const { total } = await studio.call('browse.page', {
        query: query(name.slice(-300)),
        offset: 0,
        limit: 1,
      })
      expect(total, name).toBe(1)
    }
    for (const words of ['<img src=x onerror=window', '\u202Egnp', '100% #1', 'new line', '..%2f']) {
      await page.locator(test('search')).fill(words)
      await expect.poll(() => page.locator(test('count')).textContent()).toMatch(/^1\b/)
      await harmlessNow(page)
    }
    await page.locator(test('search')).fill('')
    const facet = page.locator(test('facet-classes'))
    for (const [words, name] of searches) {
      await facet.getByRole('searchbox').fill(words)
      await expect.poll(() => facet.locator(test('facet')).count()).toBe(1)
      await expect.poll(() => facet.locator(`${test('facet')} .name`).textContent()).toContain(name.slice(1))
      await harmlessNow(page)
    }
    await facet.getByRole('searchbox').fill('long')
    await facet.locator(test('facet')).click()
    await page.locator(test('chip')).first().waitFor()
    await harmlessNow(page)
    await shoot(page, 'hostile-chips')
    await page.locator(test('clear-all')).click()
  })

  it('is annotated, reviewed and compared under its names', async () => {
    const { page } = studio
    const { items } = await studio.call('browse.page', { query: query(''), offset: 0, limit: 100 })
    for (const name of [fileNames[0]!, fileNames.find(one => one.startsWith('\u202E'))!, fileNames.at(-1)!]) {
      const item = items.find(one => one.key.endsWith(name.split(/[\\/]/).at(-1)!))!
      await studio.go(`/annotate/${item.id}`)
      await page.locator(`${test('annotate')}[data-image="${item.id}"]`).waitFor()
      await page
        .locator(`${test('legend')} li`)
        .first()
        .waitFor()
      await page.mouse.move(600, 400)
      await harmlessNow(page)
    }
    await page.keyboard.press('l')
    for (const [words, name] of searches) {
      await page.locator(test('class-search')).fill(words)
      const option = page.getByRole('option')
      await expect.poll(() => option.count()).toBe(1)
      await expect.poll(() => option.getAttribute('title')).toBe(isolated(name))
      // The short name in the list is the first of its synonyms.
      expect(await option.locator('.short').textContent()).toBe(isolated(name.split(',')[0]!.trim()))
    }
    await page.locator(test('class-search')).fill('')
    await harmlessNow(page)
    await shoot(page, 'hostile-picker')
    await page.keyboard.press('Escape')
    await shoot(page, 'hostile-annotate')
    expect(await axe(page)).toEqual([])
    await studio.go('/review')
    await page.locator(test('reasons')).waitFor()
    for (let step = 0; step < 4; step++) {
      await page
        .locator(`${test('target')} li`)
        .first()
        .waitFor()
      await harmlessNow(page)
      await page.locator(test('review-skip')).click()
    }
    await shoot(page, 'hostile-review')
    await studio.go('/runs')
    await page.locator(test('open-r1')).click()
    await page.locator(test('detail')).waitFor()
    await harmlessNow(page)
    await shoot(page, 'hostile-runs')
    for (const screen of ['/relabel', '/train', '/settings']) {
      await studio.go(screen)
      await page.locator('#content h1').first().waitFor({ state: 'attached' })
      await harmlessNow(page)
    }
  })

  it('shows odd images or says why not, in the grid and alone', async () => {
    const { page } = studio
    const { items } = await studio.call('browse.page', { query: query('odd-'), offset: 0, limit: 100 })
    expect(items.map(item => item.key.split('/').at(-1))).toEqual(Object.keys(oddImages))
    await studio.go('/browse?text=odd-')
    await page.locator(test('search')).fill('odd-')
    await expect.poll(() => page.locator(test('count')).textContent()).toMatch(/^10\b/)
    for (const [name, isShown] of Object.entries(oddImages)) {
      const cell = page.locator(test('cell')).filter({ hasText: name })
      const loaded = () =>
        cell
          .locator('img')
          .evaluateAll(all => all.some(one => (one as unknown as { naturalWidth: number }).naturalWidth > 0))
      if (isShown) await expect.poll(loaded, { message: name }).toBe(true)
      else await cell.locator('.off').waitFor()
    }
    await shoot(page, 'hostile-odd')
    for (const item of items) {
      const name = item.key.split('/').at(-1)!
      await studio.go(`/annotate/${item.id}`)
      const screen = page.locator(`${test('annotate')}[data-image="${item.id}"]`)
      await screen.waitFor()
      const problem = screen.locator(test('picture-problem'))
      expect(await problem.count(), name).toBe(oddImages[name] ? 0 : 1)
      if (!oddImages[name]) {
        await expect.poll(() => problem.textContent()).toMatch(/image|file|read|format|truncated|empty/i)
        await shoot(page, `hostile-${name}`)
      }
    }
    await harmlessNow(page)
  })
})
