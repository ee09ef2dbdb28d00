/** The Start screen and the frame around all screens, in a real browser over a real backend. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, drawn, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio | null = null
afterEach(async () => {
  await studio?.close()
  studio = null
})
describe.skipIf(!browserPath)('the Start screen', () => {
  it('shows what to do next in the open project, and is accessible', async () => {
    studio = await openStudio()
    const { page } = studio
    await page.locator(test('steps')).waitFor()
    await expect.poll(() => page.locator(test('project-name')).textContent()).toBe('Digit scenes')
    await expect.poll(() => page.title()).toContain('Digit scenes')
    await expect.poll(() => page.locator(`${test('steps')} li.done`).count()).toBe(2)
    await expect.poll(() => page.locator(`${test('steps')} li.next h3`).textContent()).toContain('Review')
    await expect.poll(() => page.locator(`${test('recent')} li`).count()).toBe(1)
    await shoot(page, 'start')
    expect(await axe(page)).toEqual([])
    expect(studio.complaints).toEqual([])
  })

  it('makes a project of a folder of images, and imports it', async () => {
    studio = await openStudio({ project: false })
    const { page, dir, scenes } = studio
    await shoot(page, 'start-empty')
    await page.locator(test('new-project')).click()
    await page.locator(test('images-folder')).fill(scenes)
    await page.locator(test('images-folder')).press('Enter')
    await page.locator(test('found')).waitFor()
    await expect.poll(() => page.locator(`${test('found')} .split`).count()).toBe(3)
    const folder = join(dir, 'made')
    await page.locator(test('project-folder')).fill(folder)
    await page.locator(test('project-title')).fill('<b>Mine</b> & "yours"')
    await shoot(page, 'new-project')
    expect(await axe(page)).toEqual([])
    await page.locator(test('create')).click()
    await page.waitForURL(/#\/browse/)
    await expect.poll(() => page.locator(test('project-name')).textContent()).toBe('<b>Mine</b> & "yours"')
    await expect
      .poll(async () => (await studio!.call('jobs.list', {})).map(job => job.state))
      .toEqual(['done', 'done', 'done'])
    await expect.poll(() => page.locator('.figures').first().textContent()).toBe('100 images')
    expect(existsSync(join(folder, 'project.db'))).toBe(true)
    await studio.go('/settings') // a screen of this file's, so that only the list is looked at
    await page.locator(test('theme')).waitFor()
    await page.locator(test('jobs')).click()
    await page.locator(test('job-list')).waitFor()
    await shoot(page, 'jobs')
    expect(await axe(page)).toEqual([])
  })

  it('does not pull a person back who went elsewhere while a project was opened', async () => {
    studio = await openStudio({ project: false, sample: true })
    const { page } = studio
    const left = Promise.withResolvers<void>()
    await page.route('**/api/call/project.openSample', async route => {
      await left.promise
      await route.continue()
    })
    await page.locator(test('open-sample')).click()
    await studio.go('/settings')
    await page.locator(test('author')).waitFor()
    const opened = page.waitForResponse('**/api/call/project.openSample')
    left.resolve()
    await (await opened).finished()
    await page.locator(test('project-name')).waitFor()
    await drawn(page)
    expect(page.url()).toMatch(/#\/settings/)
    await page.unroute('**/api/call/project.openSample')
    await studio.go('/')
    await page.locator(test('open-sample')).click()
    await page.waitForURL(/#\/browse/)
  })

  it('keeps a path that is typed before the first folder is listed', async () => {
    studio = await openStudio({ project: false })
    const { page, scenes } = studio
    const typed = Promise.withResolvers<void>()
    await page.route('**/api/call/files.list', async route => {
      await typed.promise
      await route.continue()
    })
    await page.locator(test('open-project')).click()
    const path = page.locator(test('browse-path'))
    await path.fill(scenes)
    typed.resolve()
    await page.locator('ul.entries[aria-busy=false][aria-label^="/"]').waitFor()
    expect(await path.inputValue()).toBe(scenes)
  })

  it('says what is wrong with a folder that is not a project, and offers the way out', async () => {
    studio = await openStudio({ project: false })
    const { page, scenes } = studio
    await page.locator(test('open-project')).click()
    // Filling selects and then writes; a folder that is listed in between takes the selection away.
    await page.locator('ul.entries[aria-busy=false][aria-label^="/"]').waitFor()
    await page.locator(test('browse-path')).fill(scenes)
    await page.locator(test('browse-path')).press('Enter')
    await page.locator(test('entry')).filter({ hasText: 'train' }).waitFor()
    await shoot(page, 'file-browser')
    expect(await axe(page)).toEqual([])
    await page.locator(test('use-path')).click()
    const problem = page.getByRole('alert')
    await problem.waitFor()
    await expect.poll(() => problem.textContent()).toContain(scenes)
    await expect.poll(() => problem.textContent()).toContain('New project')
  })
})

describe.skipIf(!browserPath)('the shell', () => {
  it('is driven by keys, which rest while text is written', async () => {
    studio = await openStudio()
    const { page } = studio
    await page.keyboard.press('?')
    await page.locator(test('keys-overlay')).waitFor()
    await shoot(page, 'keys')
    expect(await axe(page)).toEqual([])
    // The search has the focus; what is written finds names, keys and gestures.
    const listed = () => page.locator(`${test('keys-overlay')} dt`).allTextContents()
    const everything = (await listed()).length
    await page.keyboard.type('ctrl z')
    await expect.poll(listed).toEqual(['Undo', 'Redo'])
    await page.locator(test('keys-search')).fill('drag')
    await expect.poll(listed).toContain('Move the image')
    await shoot(page, 'keys-search')
    expect(await axe(page)).toEqual([])
    await page.locator(test('keys-search')).fill('no such thing')
    await page.getByText('No key or gesture matches').waitFor()
    await page.locator(test('keys-search')).fill('')
    await expect.poll(async () => (await listed()).length).toBe(everything)
    await page.keyboard.press('Escape')
    await page.locator(test('keys-overlay')).waitFor({ state: 'detached' })
    await page.keyboard.press('Alt+8')
    await page.waitForURL(/#\/settings/)
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1')
    await page.locator(test('author')).fill('me')
    await page.keyboard.press('?')
    expect(await page.locator(test('author')).inputValue()).toBe('me?')
    expect(await page.locator(test('keys-overlay')).count()).toBe(0)
  })

  it('says when the backend is gone', async () => {
    studio = await openStudio()
    await studio.kill()
    await studio.page.locator(test('connection-lost')).waitFor()
    await shoot(studio.page, 'connection-lost')
  })

  it('speaks the browser’s language', async () => {
    studio = await openStudio({ locale: 'ko-KR' })
    const { page } = studio
    await expect.poll(() => page.locator(test('go-browse')).textContent()).toBe('둘러보기')
    await expect.poll(() => page.evaluate('document.documentElement.lang')).toBe('ko')
    await shoot(page, 'start-korean')
  })
})
