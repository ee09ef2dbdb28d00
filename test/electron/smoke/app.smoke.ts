/** The desktop app in a real Electron: starts, opens the sample, keeps a correction, ends, and is there again. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundleElectron } from '../../../build/bundle-electron.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const home = mkdtempSync(join(tmpdir(), 'relabel-smoke-'))

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'build', 'build-renderer.mjs'), '--quiet'])
  await bundleElectron()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const launch = (): Promise<ElectronApplication> =>
  _electron.launch({ args: [root, `--user-data-dir=${home}`], cwd: root })

test('starts, shows the page in a locked window, and ends', async () => {
  const app = await launch()
  const page = await app.firstWindow()
  await page.waitForSelector('main')
  expect(page.url()).toMatch(/^app:\/\/studio\//)
  const inside = await page.evaluate(() => ({
    bridge: typeof (globalThis as { desktop?: unknown }).desktop,
    require: typeof (globalThis as { require?: unknown }).require,
    process: typeof (globalThis as { process?: unknown }).process,
  }))
  expect(inside).toEqual({ bridge: 'object', require: 'undefined', process: 'undefined' })
  const info = await page.evaluate(async () => {
    const answer = await fetch('/api/call/app.info', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    return (await answer.json()) as { version: string }
  })
  expect(info.version).toMatch(/^\d+\.\d+\.\d+/)
  await app.close()
  expect(existsSync(join(home, 'window.json'))).toBe(true)
  expect(readdirSync(home).length).toBeGreaterThan(0)
})
