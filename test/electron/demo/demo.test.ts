/**
 * The demo from end to end through the real command line, small: scenes, annotator, label maps, three students, report.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLabelMaps } from '../../../core/labelmap/files/index.ts'
import { listAnnotations } from '../../../core/project/annotations.ts'
import { listImages } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'
import { listRuns } from '../../../core/project/runs.ts'
import type { DemoResult } from '../../../electron/demo/demo.ts'
import { browserPath, openBrowser } from '../../e2e/browser.ts'

/** Pictures for a person to look at; git ignores them. */
const shots = fileURLToPath(new URL('../../e2e/shots', import.meta.url))
const cli = fileURLToPath(new URL('../../../electron/cli.ts', import.meta.url))

interface Answer {
  code: number
  stdout: string
  stderr: string
}

function relabel(...args: string[]): Promise<Answer> {
  return new Promise(resolve => {
    execFile(process.execPath, [cli, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

let root = ''
let first: DemoResult
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'demo-'))
  const answer = await relabel('demo', '--out', join(root, 'demo'), '--scale', '0.01', '--json')
  if (answer.code !== 0) throw new Error(answer.stdout + answer.stderr)
  first = JSON.parse(answer.stdout) as DemoResult
})
afterAll(() => rm(root, { recursive: true }))

describe('relabel demo', () => {
  it('measures three students', () => {
    expect(first.rows.map(row => row.name)).toEqual(['onehot', 'relabel', 'global-multi'])
    for (const { measures } of first.students) {
      for (const key of ['top1', 'largest', 'real', 'mAP', 'cropReal'] as const) {
        expect(measures[key]).toBeGreaterThanOrEqual(0)
        expect(measures[key]).toBeLessThanOrEqual(1)
      }
      expect(measures.real).toBeGreaterThanOrEqual(Math.max(measures.top1, measures.largest)) // both are present
      expect(measures.crops).toBeGreaterThan(0)
    }
    expect(first.parts.map(part => part.name)).toEqual([
      ...['scenes', 'project', 'annotator', 'label maps', 'targets'],
      ...['onehot', 'relabel', 'global-multi'].map(name => `student ${name}, seed 0`),
    ])
  })

  it('leaves a project with images, truth, label maps and finished runs', async () => {
    const project = openProject(first.project, { readonly: true })
    try {
      const train = listImages(project, { split: 'train', usable: true })
      expect(train).toHaveLength(80)
      expect(train.every(image => image.boxes !== null && image.truth?.includes(image.label ?? -1))).toBe(
        true,
      )
      expect(listRuns(project).map(run => run.status)).toEqual(['done', 'done', 'done'])
      const maps = await openLabelMaps(listAnnotations(project)[0]!.dir)
      expect(maps.count).toBe(80)
      expect((await maps.get(train[0]!.key)).shape).toEqual([3, 10, 10])
      await maps.close()
    } finally {
      project.close()
    }
  })

  it('writes a report that stands alone', async () => {
    const page = await readFile(first.report, 'utf8')
    expect(page).not.toMatch(/<script|https?:/i)
    for (const row of first.rows) expect(page).toContain(`<td>${row.name}</td>`)
    expect(page.match(/data:image\/png/g)?.length).toBeGreaterThan(20)
    expect(page).toContain('<polyline')
  })

  it.skipIf(!browserPath)(
    'draws the report in a browser, light and dark, and asks the network nothing',
    async () => {
      const browser = await openBrowser()
      try {
        for (const colorScheme of ['light', 'dark'] as const) {
          const tab = await browser.newPage({ viewport: { width: 1200, height: 900 }, colorScheme })
          const asked: string[] = []
          const complaints: string[] = []
          tab.on('request', request => void asked.push(request.url()))
          tab.on('console', message => void complaints.push(message.text()))
          tab.on('pageerror', error => void complaints.push(error.message))
          await tab.goto(pathToFileURL(first.report).href)
          expect(await tab.locator('h1').innerText()).toContain('Digit scenes')
          // Every picture is there and drawn, and nothing is wider than the page.
          const drawn = await tab
            .locator('img')
            .evaluateAll(images =>
              (images as unknown as { naturalWidth: number }[]).map(image => image.naturalWidth),
            )
          expect(drawn.length).toBeGreaterThan(20)
          expect(drawn.every(width => width > 0)).toBe(true)
          expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1200)
          expect(asked.filter(url => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([])
          expect(complaints).toEqual([])
          await tab.screenshot({ path: join(shots, `report-${colorScheme}.png`), fullPage: true })
          await tab.close()
        }
      } finally {
        await browser.close()
      }
    },
  )

  it('goes on where it was: a second start makes nothing again and gives the same numbers', async () => {
    const answer = await relabel('demo', '--out', join(root, 'demo'), '--scale', '0.01', '--json')
    const second = JSON.parse(answer.stdout) as DemoResult
    expect(second.parts.every(part => part.reused)).toBe(true)
    expect(second.rows).toEqual(first.rows)
  })

  it('refuses other numbers in the same folder, and folders that are not its own', async () => {
    const other = await relabel('demo', '--out', join(root, 'demo'), '--scale', '0.02')
    expect(other.code).toBe(1)
    expect(other.stderr).toMatch(/made with other settings; choose another folder with --out/)
    await writeFile(join(root, 'thesis.txt'), 'mine')
    const foreign = await relabel('demo', '--out', root, '--scale', '0.01')
    expect(foreign.code).toBe(2)
    expect(foreign.stderr).toMatch(/not empty/)
    expect((await readdir(root)).sort()).toEqual(['demo', 'thesis.txt'])
  })

  it('refuses nonsense before it makes anything', async () => {
    const answer = await relabel('demo', '--out', join(root, 'never'), '--scale', '7')
    expect(answer.code).toBe(2)
    expect(existsSync(join(root, 'never'))).toBe(false)
  })
})
