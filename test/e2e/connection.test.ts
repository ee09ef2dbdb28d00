/** What a page does when its project is moved, its disk is full or read-only, and its backend is killed and restarted. */
import { spawnSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CorrectionState } from '../../core/contract/api/corrections.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

const saving = (state: string): string => `${test('save-state')}[data-state=${state}]`
let studio: Studio

const stateOf = (image: number): Promise<CorrectionState> =>
  studio.call('corrections.get', { image, annotation: 'a1' })
const editsOf = async (image: number): Promise<number> =>
  (await stateOf(image)).history.filter(edit => !edit.undone).length

/** Shows an image and sets a class in a cell near the middle, from the keyboard. */
async function correct(page: Page, image: number): Promise<void> {
  await studio.go(`/annotate/${image}`)
  await page.locator(`${test('annotate')}[data-image="${image}"]`).waitFor()
  await page.keyboard.press('b')
  await page.keyboard.press('s')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
}

/** Undoes and redoes until the disk takes no more. */
async function fillDisk(image: number): Promise<void> {
  const edit = (await stateOf(image)).history[0]!.id
  for (let step = 0; step < 400; step++) {
    const { version } = await stateOf(image)
    const call = step % 2 === 0 ? 'corrections.undo' : 'corrections.redo'
    try {
      await studio.call(call, { image, annotation: 'a1', version, edit })
    } catch (error) {
      expect(String(error)).toContain('"disk"')
      return
    }
  }
  throw new Error('the disk was not full after 400 steps')
}

describe.skipIf(!browserPath || process.platform !== 'linux')('a page whose ground is taken away', () => {
  beforeAll(async () => {
    studio = await openStudio({ wrap: ['sh', '-c', 'ulimit -f 3000; exec "$0" "$@"'] })
    await correct(studio.page, 1)
    await studio.page.locator(saving('saved')).waitFor()
    expect(await editsOf(1)).toBe(1)
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('keeps what cannot be saved while the project is elsewhere, and saves it when it is back', async () => {
    const { page, project } = studio
    await correct(page, 2)
    await page.locator(saving('saved')).waitFor()
    renameSync(project, `${project}-moved`)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.locator(saving('retrying')).waitFor()
    await expect
      .poll(() => page.locator(test('save-state')).textContent())
      .toMatch(/moved or deleted; open the project/)
    await shoot(page, 'lost-moved')
    expect(await axe(page)).toEqual([])
    renameSync(`${project}-moved`, project)
    await page.locator(saving('saved')).waitFor()
    expect(await editsOf(2)).toBe(2)
  })

  it('says on a full disk that nothing is saved, and keeps it through the death of the backend', async () => {
    const { page } = studio
    await fillDisk(1)
    await correct(page, 3)
    await page.locator(saving('retrying')).waitFor()
    await expect.poll(() => page.locator(test('save-state')).textContent()).toMatch(/disk|full|space/i)
    await shoot(page, 'lost-disk-full')
    expect(await editsOf(3)).toBe(0)

    await studio.kill()
    await page.locator(test('connection-lost')).waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.locator(saving('retrying')).waitFor()
    const address = await studio.restart()
    // A new launch has a new token: the page has to say what helps.
    await page.locator(test('connection-refused')).waitFor()
    await shoot(page, 'lost-refused')
    expect(await axe(page)).toEqual([])
    const other = await page.context().newPage()
    await other.goto(address)
    await page.locator(test('connection-refused')).waitFor({ state: 'detached' })
    await page.locator(saving('saved')).waitFor()
    expect(await editsOf(3)).toBe(2)
    await expect.poll(() => page.locator(test('project-name')).textContent()).toBe('Digit scenes')
    // What happens from now on is heard again.
    await studio.call('jobs.add', { kind: 'self-test' })
    await page.locator(test('jobs')).getByText('Self-test').waitFor()
    await other.close()
  })

  const root = process.getuid?.() === 0
  it.skipIf(!root)('shows a read-only project as one, and is writable again when it is', async () => {
    const { page, project } = studio
    const elsewhere = join(studio.dir, 'other')
    spawnSync('cp', ['-r', project, elsewhere])
    const mount = spawnSync('mount', ['--bind', '-o', 'ro', elsewhere, elsewhere])
    const remount = spawnSync('mount', ['-o', 'remount,bind,ro', elsewhere])
    try {
      if (mount.status !== 0 || remount.status !== 0) return // a container may forbid mounting
      await studio.call('project.open', { dir: elsewhere, pauseJobs: true })
      await page.getByRole('banner').getByText('Read only').waitFor()
      await studio.go('/annotate/1')
      await page.locator(`${test('annotate')}[data-image="1"]`).waitFor()
      await page.locator(test('readonly')).waitFor()
      const before = await editsOf(1)
      await page.keyboard.press('s')
      await page.keyboard.press('Enter')
      await page.locator(saving('saved')).waitFor()
      expect(await editsOf(1)).toBe(before)
      await shoot(page, 'lost-read-only')
      expect(await axe(page)).toEqual([])
    } finally {
      spawnSync('umount', ['-l', elsewhere]) // the backend is in it
    }
    await studio.call('project.open', { dir: elsewhere })
    await page.getByRole('banner').getByText('Read only').waitFor({ state: 'detached' })
    const before = await editsOf(5)
    await correct(page, 5)
    await page.locator(saving('saved')).waitFor()
    expect(await editsOf(5)).toBe(before + 1)
  })
})
