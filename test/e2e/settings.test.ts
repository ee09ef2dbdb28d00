/** The settings screen in a real browser: what is chosen takes effect, is kept, and conflicts of keys are shown. */
import { afterEach, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio | null = null
afterEach(async () => {
  await studio?.close()
  studio = null
})
describe.skipIf(!browserPath)('the settings screen', () => {
  it('changes theme, language and author, and keeps them', async () => {
    studio = await openStudio()
    const { page, call } = studio
    await studio.go('/settings')
    await page.locator(test('theme')).getByText('Dark').click()
    await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await page.locator(test('author')).fill('Kim')
    await page.locator(test('author')).press('Enter')
    await page.locator(test('language')).click()
    await page.getByRole('option', { name: '简体中文' }).click()
    await expect.poll(() => page.locator('#content h1').textContent()).toBe('设置')
    await expect
      .poll(async () => (await call('app.info', {})).settings)
      .toMatchObject({
        theme: 'dark',
        language: 'zh-CN',
        author: 'Kim',
      })
    await page.reload()
    await expect.poll(() => page.locator('#content h1').textContent()).toBe('设置')
    await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await shoot(page, 'settings-chinese')
  })

  it('has presets and own keys, shows conflicts, and takes them back', async () => {
    studio = await openStudio()
    const { page, call } = studio
    await studio.go('/settings')
    await shoot(page, 'settings')
    expect(await axe(page)).toEqual([])
    const keysOf = (id: string) => page.locator(`${test(`keys-${id}`)} kbd`).allTextContents()
    await expect.poll(() => keysOf('image.next')).toEqual(['D'])
    await page.locator(test('key-preset')).getByText('CVAT').click()
    await expect.poll(() => keysOf('image.next')).toEqual(['F'])
    await expect.poll(() => keysOf('image.previous')).toEqual(['D'])
    expect(await page.locator(test('conflicts')).count()).toBe(0)

    await page.locator(`${test('keys-tool.brush')} ${test('add-key')}`).click()
    await page.keyboard.press('f')
    await page.locator(test('conflicts')).waitFor()
    await expect.poll(() => keysOf('tool.brush')).toEqual(['B', 'F'])
    await page.locator(test('keys-tool.brush')).scrollIntoViewIfNeeded()
    await shoot(page, 'settings-keys')
    expect(await axe(page)).toEqual([])
    await expect
      .poll(async () => (await call('app.info', {})).settings.keys)
      .toEqual({ 'tool.brush': ['B', 'F'] })

    await page.locator(test('reset-keys')).click()
    await page.locator(test('conflicts')).waitFor({ state: 'detached' })
    await expect.poll(async () => (await call('app.info', {})).settings.keys).toEqual({})
    expect(studio.complaints).toEqual([])
  })

  it('tests the devices and says what each can do, more thoroughly as a job', async () => {
    studio = await openStudio()
    const { page } = studio
    await studio.go('/settings')
    await page.locator(test('self-test')).click()
    await page.locator(test('findings')).waitFor()
    await expect.poll(() => page.locator(`${test('findings')} li`).count()).toBeGreaterThan(1)
    await page.locator(test('self-test-job')).click()
    const thorough = page.locator(`${test('thorough')} ${test('findings')}`)
    await thorough.waitFor()
    await expect.poll(() => thorough.textContent()).toMatch(/Training.*loss/)
    await expect.poll(() => thorough.textContent()).toContain('Engine on cpu')
    const jobs = await studio.call('jobs.list', {})
    expect(jobs.find(job => job.kind === 'self-test')).toMatchObject({ state: 'done', result: { ok: true } })
    await shoot(page, 'settings-devices')
    expect(await axe(page)).toEqual([])
  })
})
