/** The sample being made, leaving a project whose job runs, recent projects that are gone, and what the desktop app asks of the page. */
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test, type Studio } from './studio.ts'

let studio: Studio

const recipe = {
  student: 'digits_student',
  supervision: 'onehot',
  size: 32,
  epochs: 5000,
  batch: 10,
  lr: 5e-3,
  threads: 1,
  workers: 1,
  evaluation: { mode: 'squash' },
  schedule: { warmupEpochs: 0 },
}
/** The desktop's bridge as the preload script offers it, with dialogs that answer what the test says. */
const bridge = `(() => {
  const told = { command: new Set(), backend: new Set() }
  const on = set => listener => (set.add(listener), () => set.delete(listener))
  window.faked = { answer: null, asked: [], command: c => told.command.forEach(l => l(c)), backend: s => told.backend.forEach(l => l(s)) }
  const pick = options => (window.faked.asked.push(options), Promise.resolve(window.faked.answer))
  window.desktop = {
    platform: 'linux',
    pickFolder: pick,
    pickFile: pick,
    showFolder: () => Promise.resolve(),
    onCommand: on(told.command),
    onBackend: on(told.backend),
  }
})()`
const fake = (what: string): Promise<unknown> => studio.page.evaluate(`void window.faked.${what}`)
const command = (words: object): Promise<unknown> => fake(`command(${JSON.stringify(words)})`)

describe.skipIf(!browserPath)('coming and going between projects', () => {
  beforeAll(async () => {
    studio = await openStudio({ project: false, init: bridge })
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('makes the sample with its progress in sight, and opens it', async () => {
    const { page } = studio
    // The picture takes long enough for the figures to have moved on: they are collected as they come.
    await page.evaluate(`window.seen = []; new MutationObserver(() => {
      const bar = document.querySelector('[data-test=opening]')
      if (bar) window.seen.push(bar.textContent)
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`)
    await page.locator(test('open-sample')).click()
    await page.locator(test('opening')).waitFor()
    await shoot(page, 'sample-opening')
    await page.waitForURL(/#\/browse/)
    const seen = await page.evaluate<string[]>('window.seen')
    expect(seen.some(words => /\d+ \/ \d/.test(words))).toBe(true)
    await page.locator(test('cell')).first().waitFor()
    expect(await studio.call('project.info', {})).toMatchObject({ sample: true, images: 1800 })
  })

  it('asks before it leaves a project whose job runs, and offers to resume it', async () => {
    const { page, project } = studio
    const { id } = await studio.call('jobs.add', { kind: 'train', recipe })
    const stateOf = async () => (await studio.call('jobs.list', {})).find(job => job.id === id)?.state
    await page.locator(`${test('jobs')} ${test('rate')}`).waitFor({ state: 'attached' })
    await command({ kind: 'open-project', dir: project })
    const leave = page.locator(test('leave'))
    await leave.waitFor()
    await shoot(page, 'leave')
    expect(await axe(page)).toEqual([])
    await page.keyboard.press('Escape')
    await leave.waitFor({ state: 'detached' })
    expect(await stateOf()).toBe('running')
    const sample = await studio.call('project.info', {})
    expect(sample?.sample).toBe(true)

    await command({ kind: 'open-project', dir: project })
    await leave.click()
    // It opens the sample behind the other project, whichever of the requests takes longer.
    await leave.waitFor({ state: 'detached' })
    await command({ kind: 'open-sample' })
    await page.locator(test('resume-paused')).waitFor()
    await expect.poll(stateOf).toBe('paused')
    await shoot(page, 'job-paused')
    expect(await axe(page)).toEqual([])
    await page.locator(test('resume-paused')).click()
    await expect.poll(stateOf).toBe('running')
    await studio.call('jobs.cancel', { id })
    await studio.call('jobs.dismiss', { id })
    expect(await stateOf()).toBeUndefined()
  })

  it('marks recent projects that are gone, and forgets them', async () => {
    const { page, project, dir } = studio
    await studio.call('project.open', { dir: project })
    await studio.call('project.openSample', {})
    renameSync(project, join(dir, 'away'))
    await studio.go('/')
    await page.reload()
    const gone = page
      .locator(`${test('recent')} li`)
      .filter({ hasText: 'project' })
      .filter({ hasText: 'Not found' })
    await gone.waitFor()
    await expect.poll(() => gone.locator('button').first().isDisabled()).toBe(true)
    await shoot(page, 'recent-missing')
    expect(await axe(page)).toEqual([])
    await gone.locator('button').last().click()
    await gone.waitFor({ state: 'detached' })
    expect((await studio.call('app.info', {})).recent.map(one => one.dir)).not.toContain(project)
  })

  it('follows the desktop’s dialogs and menu', async () => {
    const { page, dir } = studio
    const empty = join(dir, 'empty')
    mkdirSync(empty)
    await studio.go('/')
    await page.locator(test('open-project')).waitFor()
    const choose = page.locator(test('open-project'))
    await choose.click()
    await expect.poll(() => page.evaluate('window.faked.asked.length')).toBe(1)
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.evaluate(`window.faked.answer = ${JSON.stringify(empty)}`)
    await choose.click()
    await page.getByRole('alert').filter({ hasText: empty }).waitFor()
    await page.evaluate(`window.faked.answer = ${JSON.stringify(join(dir, 'away'))}`)
    await choose.click()
    await expect.poll(() => page.locator(test('project-name')).textContent()).toBe('Digit scenes')
    await page.waitForURL(/#\/browse/)

    await command({ kind: 'go', to: '/settings' })
    await page.locator(test('author')).waitFor()
    await page.locator(test('author')).fill('first')
    await page.locator(test('author')).pressSequentially(' more')
    await command({ kind: 'undo' })
    await expect.poll(() => page.locator(test('author')).inputValue()).not.toBe('first more')
    await command({ kind: 'help' })
    await page.locator(test('keys-overlay')).waitFor()
    await page.keyboard.press('Escape')
    await page.locator(test('keys-overlay')).waitFor({ state: 'detached' })

    await command({ kind: 'go', to: '/annotate/1' })
    await page.locator(`${test('annotate')}[data-image="1"]`).waitFor()
    const inForce = async () =>
      (await studio.call('corrections.get', { image: 1, annotation: 'a1' })).history.filter(
        one => !one.undone,
      ).length
    await page.locator('#content h1').first().focus()
    for (const key of ['b', 's', 'ArrowRight', 'Enter']) await page.keyboard.press(key)
    await expect.poll(inForce).toBe(1)
    await command({ kind: 'undo' })
    await expect.poll(inForce).toBe(0)
    await command({ kind: 'redo' })
    await expect.poll(inForce).toBe(1)

    await command({ kind: 'new-project' })
    await page.locator(test('images-folder')).waitFor()
    await page.keyboard.press('Escape')
    expect(studio.complaints).toEqual([])
  })

  it('tells what the desktop app says of the backend', async () => {
    const { page } = studio
    await fake("backend('lost')")
    await page.locator(test('connection-lost')).waitFor()
    await fake("backend('failed')")
    await page.locator(test('backend-failed')).waitFor()
    await shoot(page, 'backend-failed')
    expect(await axe(page)).toEqual([])
    await fake("backend('restarted')")
    await page.locator(test('backend-failed')).waitFor({ state: 'detached' })
    await page.getByText('The backend was restarted').waitFor()
  })
})
