/** The job pill in a real browser over real child processes: a run is paused, resumed, cancelled, and taken off the list. */
import { describe, expect, it } from 'vitest'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test } from './studio.ts'

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

describe.skipIf(!browserPath)('the job list', () => {
  it('pauses, resumes, cancels and dismisses what runs, with bar, count and log', async () => {
    const studio = await openStudio()
    const { page } = studio
    try {
      const { id } = await studio.call('jobs.add', { kind: 'train', recipe })
      const row = page.locator(test(`job-${id}`))
      const state = (): Promise<string | null> => row.getAttribute('data-state')
      await page.locator(test('jobs')).click()
      await expect.poll(state).toBe('running')
      await expect.poll(() => row.locator('.figures').textContent()).toMatch(/\d+ \/ [\d,]+/)
      await page.locator(`${test('jobs')} ${test('rate')}`).waitFor({ state: 'attached' })
      await row.locator(test('log')).click()
      await row.locator('pre').waitFor()
      await shoot(page, 'jobs-running')
      expect(await axe(page)).toEqual([])

      await row.locator(test('pause')).click()
      await expect.poll(state).toBe('paused')
      await row.locator(test('resume')).click()
      await expect.poll(state).toBe('running')
      await row.locator(test('cancel')).click()
      await expect.poll(state).toBe('cancelled')
      // Its process takes a moment to end; the list lets it go when that is done.
      await row.locator(test('dismiss')).click()
      await row.waitFor({ state: 'detached' })
      expect((await studio.call('jobs.list', {})).map(job => job.id)).not.toContain(id)
      expect(studio.complaints).toEqual([])
    } finally {
      await studio.close()
    }
  })
})
