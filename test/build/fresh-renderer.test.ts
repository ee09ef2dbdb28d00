/** When the window has to be built again. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isFresh } from '../../build/fresh-renderer.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-fresh-'))
  mkdirSync(join(dir, 'source/deep'), { recursive: true })
  writeFileSync(join(dir, 'source/deep/a.ts'), '')
  writeFileSync(join(dir, 'built.html'), '')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))
const touch = (name: string, seconds: number): void => utimesSync(join(dir, name), seconds, seconds)

it('is fresh until a source, however deep, or a folder’s list of files is newer', () => {
  const fresh = (): boolean => isFresh(join(dir, 'built.html'), [join(dir, 'source')])
  for (const name of ['source/deep/a.ts', 'source/deep', 'source']) touch(name, 1000)
  touch('built.html', 2000)
  expect(fresh()).toBe(true)
  touch('source/deep/a.ts', 3000)
  expect(fresh()).toBe(false)
  touch('source/deep/a.ts', 1000)
  touch('source/deep', 3000) // a file went
  expect(fresh()).toBe(false)
  rmSync(join(dir, 'built.html'))
  expect(fresh()).toBe(false)
})
