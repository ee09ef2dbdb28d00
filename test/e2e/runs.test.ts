/** The runs screen in a real browser: sorting, curves, comparing, details, export and duplicating. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { JobRequest } from '../../core/contract/api/jobs.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, type Studio } from './studio.ts'

let studio: Studio

const recipe = {
  student: 'digits_student',
  size: 32,
  epochs: 2,
  batch: 8,
  threads: 1,
  workers: 1,
  optimizer: { kind: 'adamw' },
  schedule: { warmupSteps: 4 },
  evaluation: { mode: 'squash' },
}

async function finish(request: JobRequest): Promise<void> {
  const { id } = await studio.call('jobs.add', request)
  await vi.waitFor(
    async () => {
      const job = (await studio.call('jobs.list', {})).find(one => one.id === id)
      if (job?.state !== 'done') throw new Error(`the job is ${job?.state}: ${job?.error?.message}`)
    },
    { timeout: 90_000, interval: 100 },
  )
}

describe.skipIf(!browserPath)('Runs', () => {
  beforeAll(async () => {
    studio = await openStudio({ viewport: { width: 1440, height: 1000 } })
    await studio.go('/runs')
    await studio.page.locator('[data-test=to-train]').waitFor()
    await shoot(studio.page, 'runs-empty')
    await finish({ kind: 'train', recipe: { ...recipe, supervision: 'onehot' } })
    await finish({ kind: 'train', recipe: { ...recipe, supervision: 'onehot', seed: 1 } })
    await finish({ kind: 'train', recipe: { ...recipe, supervision: 'relabel', valSplit: null } })
  })
  afterAll(async () => {
    await studio?.close()
  })

  it('shows runs that appeared meanwhile, and sorts them', async () => {
    const { page } = studio
    await page.locator('[data-test=run-r3][data-status=done]').waitFor()
    const ids = () =>
      page
        .locator('tbody tr[data-test^=run-]')
        .evaluateAll(rows => rows.map(row => (row as unknown as { dataset: { test: string } }).dataset.test))
    await expect.poll(ids).toEqual(['run-r3', 'run-r2', 'run-r1'])
    await page.locator('[data-test=sort-id]').click()
    await expect.poll(ids).toEqual(['run-r1', 'run-r2', 'run-r3'])
    await page.locator('[data-test=sort-supervision]').click()
    await expect.poll(async () => (await ids())[2]).toBe('run-r3')
    await page.locator('[data-test=seeds]').waitFor()
    await expect.poll(() => page.locator('[data-test=seeds]').textContent()).toContain('n = 2')
  })

  it('lays the curves of selected runs over each other', async () => {
    const { page } = studio
    await page.getByRole('checkbox', { name: 'Select all' }).click()
    await page.locator('[data-test=curves][data-lines="3"]').waitFor()
    await page.getByRole('radio', { name: 'Step' }).click()
    await page.locator('[data-test=curves] canvas').waitFor()
    await shoot(page, 'runs-curves')
    expect(await axe(page)).toEqual([])
  })

  it('compares two runs, says what the difference is worth, and offers to evaluate', async () => {
    const { page } = studio
    await page.getByRole('tab', { name: 'Compare' }).click()
    await page.locator('[data-test=compare][data-done=true]').waitFor()
    await expect.poll(() => page.locator('[data-test=noise]').textContent()).toMatch(/chance/)
    await expect
      .poll(() => page.locator('[data-test=class-changes] [role=listitem]').count())
      .toBeGreaterThan(0)
    await page.getByRole('combobox', { name: 'Compared with it' }).click()
    await page.getByRole('option', { name: /^r3/ }).click()
    await page.locator('[data-test=compare][data-done=true]').waitFor()
    await expect
      .poll(() => page.locator('[data-test=recipe-differences]').textContent())
      .toContain('supervision')
    await page.locator('[data-test=confusions] ul button').first().click()
    await shoot(page, 'runs-compare')
    await page.evaluate(
      `document.querySelector('[data-test=confusions]').scrollIntoView({ block: 'center' })`,
    )
    await shoot(page, 'runs-confusions')
    expect(await axe(page)).toEqual([])

    await page.getByRole('combobox', { name: 'Split' }).click()
    await page.getByRole('option', { name: 'val' }).click()
    await page.locator('[data-test=evaluate]').click()
    await page.locator('[data-test=compare][data-done=true]').waitFor()
    await expect
      .poll(async () => (await studio.call('runs.get', { id: 'r3' })).evaluations['val']?.images)
      .toBe(20)
  })

  it('tells everything about a run, exports it, and opens it in Train', async () => {
    const { page, dir } = studio
    await page.locator('[data-test=open-r3]').click()
    await page.locator('[data-test=detail]').waitFor()
    await expect.poll(() => page.locator('[data-test=recipe]').textContent()).toContain('digits_student')
    await shoot(page, 'runs-detail')
    expect(await axe(page)).toEqual([])

    const out = join(dir, 'exported')
    await page.locator('[data-test=export]').click()
    await page.locator('[data-test=export-folder]').fill(out)
    await page.locator('[data-test=start-export]').click()
    await page.locator('[data-test=exported]').waitFor()
    const files = readdirSync(out)
    for (const ending of ['.onnx', '.safetensors', '.json'])
      expect(files.some(file => file.endsWith(ending))).toBe(true)
    await expect.poll(() => page.locator('[data-test=exported]').textContent()).toContain(out)
    await shoot(page, 'runs-export')
    // A second time the files are there: refused, with the reason.
    await page.locator('[data-test=start-export]').click()
    await page.locator('[data-test=export-dialog]').getByRole('alert').waitFor()
    await page.keyboard.press('Escape')

    await page.locator('[data-test=duplicate]').click()
    await page.locator('[data-test=preset]').getByText('Run r3').waitFor()
    await expect.poll(() => page.locator('[data-test=supervision-relabel]').isChecked()).toBe(true)
    await expect.poll(() => page.getByLabel('Epochs', { exact: true }).inputValue()).toBe('2')
    expect(studio.complaints).toEqual([])
  })
})
