/** A damaged project in a real browser: what the page says, and the way back by one click. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openOutside } from '../core/project/outside.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio | null = null
afterEach(async () => {
  await studio?.close()
  studio = null
})

/** Marks an image, so that closing makes a copy, and closes the project. */
async function markAndClose({ call }: Studio): Promise<void> {
  await call('review.mark', { selection: { ids: [1] }, state: 'accepted' })
  await call('project.close', {})
}

describe.skipIf(!browserPath)('a damaged project', () => {
  it('that cannot be opened says what is damaged, and a click restores a copy and opens it', async () => {
    studio = await openStudio()
    const { page, project, call } = studio
    await markAndClose(studio)
    const file = join(project, 'project.db')
    const bytes = readFileSync(file)
    bytes[bytes.length - 50]! ^= 4
    writeFileSync(file, bytes)
    await studio.go('/')
    await page.locator(`${test('recent')} .open`).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    await expect.poll(() => alert.textContent()).toContain('project.db is damaged')
    await page.locator(test('copy')).waitFor()
    expect(await page.locator(test('copy')).count()).toBe(1)
    await shoot(page, 'damaged')
    expect(await axe(page)).toEqual([])
    await page.locator(test('restore-copy')).click()
    await page.waitForURL(/#\/browse/)
    const notice = page.locator(test('notice')).filter({ hasText: 'was restored' })
    await notice.waitFor()
    const kept = /project\.damaged-[\w-]+\.db/.exec((await notice.textContent()) ?? '')
    expect(existsSync(join(project, kept![0]))).toBe(true)
    expect((await call('images.get', { id: 1 })).item.review).toBe('accepted')
  })

  it('in which a row is found to be damaged goes on, and shows the way out', async () => {
    studio = await openStudio()
    const { page, project, call } = studio
    await markAndClose(studio)
    const outside = openOutside(join(project, 'project.db'))
    outside.exec("UPDATE images SET width = 'wide' WHERE id = 2")
    outside.close()
    await call('project.open', { dir: project })
    await studio.go('/browse')
    await page.locator(test('damage')).waitFor()
    await shoot(page, 'damage-found')
    expect(await axe(page)).toEqual([])
    await page.locator(test('damage-show')).click()
    await page.locator(test('copy')).waitFor()
    await expect
      .poll(() => page.locator(test('damage-list')).textContent())
      .toContain('row 2 of the table "images"')
    await shoot(page, 'damage-dialog')
    expect(await axe(page)).toEqual([])
    await page.locator(test('restore-copy')).click()
    await page.locator(test('damage')).waitFor({ state: 'detached' })
    expect((await call('project.info', {}))?.damage).toEqual([])
    expect(studio.complaints).toEqual([])
  })
})
