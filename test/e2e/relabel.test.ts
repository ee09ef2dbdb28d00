/** The relabel screen in a real browser: check, probe, start, done, and choosing what is shown. */
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeOnnx } from '../../core/graph/files/write.ts'
import { node } from '../../core/graph/node.ts'
import { tinyClassifier } from '../electron/cli-run.ts'
import { browserPath } from './browser.ts'
import { axe, openStudio, shoot, type Studio } from './studio.ts'
import { annotator } from './template.ts'

let studio: Studio
beforeEach(async () => void (studio = await openStudio({ viewport: { width: 1360, height: 900 } })))
afterEach(async () => {
  expect(studio.complaints).toEqual([])
  await studio.close()
})
/** Fills a number field and leaves it. */
async function enter(name: string, value: string): Promise<void> {
  const field = studio.page.getByLabel(name, { exact: true })
  await field.fill(value)
  await field.press('Tab')
}

describe.skipIf(!browserPath)('Relabel', () => {
  it('checks and tries an annotator, and sets it to work', async () => {
    const { page, go, call } = studio
    await go('/relabel')
    await page.locator('[data-test=model]').fill(annotator.model)
    await page.getByRole('radio', { name: 'Other' }).waitFor()
    await enter('Side of the input', '64')
    await enter('Classes kept per cell', '4')
    await enter('Mean (R, G, B)', '0.25, 0.25, 0.25')
    await enter('Standard deviation (R, G, B)', '0.2 0.2 0.2')
    await page.locator('[data-test=check][data-usable=true]').waitFor()
    await expect.poll(() => page.locator('[data-test=map-size]').textContent()).toContain('8×8')
    await expect.poll(() => page.locator('[data-test=error]').textContent()).toMatch(/e-\d+ on .+ at 64×64/)

    await expect.poll(() => page.locator('[data-test=start]').textContent()).toContain('without measuring')
    await page.locator('[data-test=measure]').click()
    await page.locator('[data-test=probe][data-done=true]').waitFor()
    const rows = page.getByRole('table', { name: 'What keeping more classes costs' }).locator('tbody tr')
    await expect.poll(() => rows.count()).toBe(3) // 4, 5, and all 10 classes
    await page.getByRole('button', { name: 'Keep 5' }).click()
    await expect.poll(() => page.getByLabel('Classes kept per cell').inputValue()).toBe('5')
    // The paper's term is a sentence away, by the pointer and from the keyboard.
    const term = page.locator('dfn').filter({ hasText: 'Classes kept per cell' })
    await term.focus()
    await page.locator('.ui-tooltip').filter({ hasText: 'How many of its strongest classes' }).waitFor()
    await shoot(page, 'relabel-measured')
    expect(await axe(page)).toEqual([])

    await page.locator('[data-test=start]').click()
    await page.locator('[data-test=relabel-jobs] [data-state=done]').waitFor()
    await page.locator('[data-test=annotation-a2][data-status=done]').waitFor()
    const made = await call('annotations.get', { id: 'a2' })
    expect(made.records).toBe(60)
    expect(made.manifest).toMatchObject({ topK: 5, preprocessing: { width: 64, mean: [0.25, 0.25, 0.25] } })

    await page.locator('[data-test=annotation-a2] [data-test=use]').click()
    await page.locator('[data-test=annotation-a2]').getByText('Shown').waitFor()
    expect((await call('project.info', {}))?.annotation).toBe('a2')
    await page.locator('[data-test=annotation-a2]').getByRole('button', { name: 'Details' }).click()
    await page.getByText(made.manifest.annotator.sha256).waitFor()
    await shoot(page, 'relabel-done')
    expect(await axe(page)).toEqual([])
  })

  it('says what is wrong with a file and with numbers, and starts nothing then', async () => {
    const { page, go } = studio
    await go('/relabel')
    await page.locator('[data-test=model]').fill(annotator.classes)
    await page.getByText('The file must end in .onnx.').waitFor()
    await page.locator('[data-test=model]').fill('/nowhere/at-all.onnx')
    await page.locator('[data-test=check]').getByRole('alert').waitFor()
    await expect.poll(() => page.locator('[data-test=check]').textContent()).toContain('at-all.onnx')
    await enter('Mean (R, G, B)', '123, 117, 104')
    await page.getByText('divide by 255').waitFor()
    await expect.poll(() => page.locator('[data-test=start]').isDisabled()).toBe(true)
    await expect.poll(() => page.locator('[data-test=measure]').isDisabled()).toBe(true)
    await shoot(page, 'relabel-problems')
    expect(await axe(page)).toEqual([])
  })

  it('uses a model that is only approximated where somebody accepts that, for this model alone', async () => {
    const { page, go, call, dir } = studio
    // A function between pooling and classifier: its mean is not the function of the mean.
    const tail = [
      node('GlobalAveragePool', ['features'], ['pooled']),
      node('Flatten', ['pooled'], ['flat'], { axis: 1 }),
      node('Tanh', ['flat'], ['bent']),
      node('Gemm', ['bent', 'w3', 'b3'], ['logits'], { transB: 1 }),
    ]
    const model = join(dir, 'bent.onnx')
    await writeOnnx(tinyClassifier(10, { tail }), model)
    await go('/relabel')
    await page.locator('[data-test=model]').fill(model)
    await enter('Side of the input', '64')
    await page.locator('[data-test=refused]').waitFor()
    const start = page.locator('[data-test=start]')
    expect(await start.isDisabled()).toBe(true)
    await shoot(page, 'relabel-approximate')
    expect(await axe(page)).toEqual([])

    await page.locator('[data-test=accept]').click()
    await page.locator('[data-test=check][data-usable=true]').waitFor()
    await start.click()
    await page.locator('[data-test=annotation-a2][data-status=done]').waitFor()
    const { manifest } = await call('annotations.get', { id: 'a2' })
    expect(manifest.annotator.surgery?.['approximation']).toMatch(/Tanh/)

    await page.locator('[data-test=model]').fill(annotator.model)
    await page.locator('[data-test=check][data-usable=true]').waitFor()
    await page.locator('[data-test=model]').fill(model)
    await page.locator('[data-test=refused]').waitFor()
    expect(await start.isDisabled()).toBe(true)
  })
})
