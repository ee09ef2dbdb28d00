/** Which images that were left out are tried again: those whose file is there now, or is another one than was tried. */
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  keptEntry,
  openSkipped,
  readSkipped,
  skippedName,
  triedFile,
  type SkippedImage,
} from '../../../core/annotator/skipped.ts'
import { stampOf } from '../../../core/base/files/stamp.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-skipped-'))
  file = join(dir, 'image.png')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const entry = { key: 'train/image.png', reason: 'the image is truncated' }

/** The entry of a file that was tried as it is now, and then touched. */
async function tried(content: string): Promise<SkippedImage> {
  writeFileSync(file, content)
  utimesSync(file, 1e9, 1e9)
  const found = await triedFile(file, stampOf(file))
  expect(found).toBeDefined()
  return { ...entry, tried: found! }
}

it('keeps one whose file is still away, whatever was known of it', async () => {
  expect(await keptEntry(entry, file)).toEqual(entry)
  const bad = await tried('half')
  rmSync(file)
  expect(await keptEntry(bad, file)).toEqual(bad)
})

it('tries again where the file is there and nothing is known of an attempt', async () => {
  writeFileSync(file, 'whole')
  expect(await keptEntry(entry, file)).toBeUndefined()
})

it('keeps one whose file was tried and is the same', async () => {
  const bad = await tried('half')
  expect(await keptEntry(bad, file)).toEqual(bad)
})

it('tries again where bytes came or were exchanged, however the time stands', async () => {
  for (const [before, now, time] of [
    ['half', 'half and half', 1e9],
    ['half', 'hail', 1e9 + 1],
    ['half', 'hail', 1e9 - 1],
  ] as const) {
    const bad = await tried(before)
    writeFileSync(file, now)
    utimesSync(file, time, time)
    expect(await keptEntry(bad, file), `${now} at ${time}`).toBeUndefined()
  }
})

it('keeps one that was only touched, with its new time', async () => {
  const bad = await tried('half')
  utimesSync(file, 2e9, 2e9)
  const kept = await keptEntry(bad, file)
  expect(kept).toEqual({ ...bad, tried: { ...bad.tried, modified: 2e12 } })
})

it('knows nothing of a file that was written while it was tried', async () => {
  writeFileSync(file, 'half')
  const before = stampOf(file)
  writeFileSync(file, 'half and half')
  expect(await triedFile(file, before)).toBeUndefined()
  expect(await triedFile(file, null)).toBeUndefined()
})

it('reads lists of version 0.1, and writes lists that it can read', async () => {
  writeFileSync(join(dir, skippedName), `${JSON.stringify(entry)}\n`)
  const bad = await tried('half')
  const list = await openSkipped(dir)
  expect(list.known).toEqual([entry])
  await list.append({ ...bad, key: 'train/other.png' })
  await list.close()
  expect(await readSkipped(dir)).toEqual([entry, { ...bad, key: 'train/other.png' }])
  for (const line of readFileSync(join(dir, skippedName), 'utf8').trim().split('\n'))
    expect(JSON.parse(line)).toMatchObject({ reason: entry.reason })
  const opened = await openSkipped(dir, one => Promise.resolve(one.tried ? one : undefined))
  await opened.close()
  expect((await readSkipped(dir)).map(({ key }) => key)).toEqual(['train/other.png'])
})
