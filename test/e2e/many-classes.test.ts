/** Comparing two runs over a thousand classes and fifty thousand images, as of ImageNet; the answers are made up. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { random } from '../../core/base/random.ts'
import { addImages, addSplit } from '../../core/project/images.ts'
import { createProject } from '../../core/project/project.ts'
import { addRun, updateRun } from '../../core/project/runs.ts'
import { createSnapshot } from '../../core/project/snapshots.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, test } from './studio.ts'

const [classes, images] = [1000, 50_000]
const nameOf = (index: number): string => `class ${String(index).padStart(3, '0')}, of many`

/** A project with two finished runs, each right on most images and else one class beside it. */
function makeProject(dir: string): void {
  const project = createProject(dir, {
    name: 'Thousand',
    classes: Array.from({ length: classes }, (_, index) => ({ index, name: nameOf(index) })),
  })
  addSplit(project, 'val', dir)
  addImages(project, 'val', [{ path: 'a.png', label: 0, width: 8, height: 8 }])
  const snapshot = createSnapshot(project, { splits: ['val'], annotation: null })
  const keys = Array.from({ length: images }, (_, i) => `val/${i}.png`)
  const labels = keys.map((_, i) => i % classes)
  for (const [seed, share] of [0.7, 0.75].entries()) {
    const { id, dir: folder } = addRun(project, { kind: 'train', config: {}, snapshot })
    const draw = random(seed)
    const answers = labels.map(label =>
      draw.uniform(0, 1) < share ? label : (label + 1 + draw.int(4)) % classes,
    )
    const predictions = {
      format: 'relabel-predictions',
      version: 1,
      split: 'val',
      keys,
      labels,
      truth: keys.map(() => null),
      answers,
    }
    writeFileSync(join(folder, 'predictions-val.json'), JSON.stringify(predictions))
    const top1 = answers.filter((answer, i) => answer === labels[i]).length / images
    updateRun(project, id, {
      status: 'done',
      metrics: { epochs: 1, val: { images, top1, top5: null, real: null, mAP: null, loss: null } },
    })
    writeFileSync(join(folder, 'metrics.jsonl'), '')
  }
  project.close()
}

describe.skipIf(!browserPath)('a thousand classes', () => {
  it('are compared with only the rows in sight, and one of them is found by its name', async () => {
    const studio = await openStudio({ project: false, viewport: { width: 1440, height: 1000 } })
    const { page, dir } = studio
    try {
      makeProject(join(dir, 'thousand'))
      await studio.call('project.open', { dir: join(dir, 'thousand') })
      await studio.go('/runs')
      await page.getByRole('tab', { name: 'Compare' }).click()
      await page.locator(`${test('compare')}[data-done=true]`).waitFor()
      const rows = page.locator(`${test('class-changes')} [role=listitem]`)
      await expect.poll(() => rows.count()).toBeGreaterThan(5)
      expect(await rows.count()).toBeLessThan(60)
      expect(await rows.first().getAttribute('aria-setsize')).toBe(String(classes))
      await page.locator(test('sought-class')).scrollIntoViewIfNeeded()
      await shoot(page, 'runs-thousand')
      expect(await axe(page)).toEqual([])

      await page.locator(test('sought-class')).fill('class 417')
      await expect.poll(() => rows.count()).toBe(1)
      expect(await rows.first().getAttribute('aria-label')).toContain(nameOf(417))
      // Answers lie up to four classes above the truth.
      const names = await page.locator(`${test('confusions')} li .visually-hidden`).allTextContents()
      expect(names.length).toBeGreaterThan(3)
      for (const name of names) expect(name).toContain(nameOf(417))
      await shoot(page, 'runs-thousand-sought')
      await page.locator(test('sought-class')).fill('no such class')
      await page.getByText('No class with images').waitFor()
      expect(studio.complaints).toEqual([])
    } finally {
      await studio.close()
    }
  })
})
