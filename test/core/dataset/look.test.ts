/** What a look at image files finds: nothing that did not change, everything that did, and images that came back. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashFile } from '../../../core/base/files/stamp.ts'
import { importImageFolder } from '../../../core/dataset/import.ts'
import { lookAtFiles, type Looked } from '../../../core/dataset/look.ts'
import { mayBeUsed, rememberFiles } from '../../../core/project/image-files.ts'
import { addImages, findImage, listImages, type ImageRow } from '../../../core/project/images.ts'
import { createProject, type Project } from '../../../core/project/project.ts'

let dir: string
let project: Project
const at = (name: string): string => join(dir, 'images', 'cat', name)
const row = (name: string): ImageRow => findImage(project, `train/cat/${name}`)!
const names = ['a.png', 'b.png', 'c.png']

/** Of the same size in bytes whatever the level. */
async function writeGrey(file: string, level: number, side = 16): Promise<void> {
  const data = Buffer.alloc(side * side * 3, level)
  const raw = sharp(data, { raw: { width: side, height: side, channels: 3 } })
  await raw.png({ compressionLevel: 0 }).toFile(file)
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-look-'))
  mkdirSync(join(dir, 'images', 'cat'), { recursive: true })
  for (const [i, name] of names.entries()) await writeGrey(at(name), 10 * i)
  project = createProject(join(dir, 'p'), { classes: [{ index: 0, name: 'cat' }] })
  await importAgain()
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const importAgain = () => importImageFolder(project, { split: 'train', dir: join(dir, 'images') })
const look = (isUsed = true): Promise<Looked> => {
  const images = listImages(project).filter(mayBeUsed)
  return lookAtFiles(images, { isUsed: () => isUsed })
}
const touch = (name: string): void => utimesSync(at(name), 1e9, 1e9)

/** What an annotation does with its images: from then on their hashes are known. */
async function hashAll(): Promise<void> {
  for (const { id, file, width, height } of listImages(project))
    rememberFiles(project, [{ id, width, height, problem: null, ...(await hashFile(file))! }])
}

describe('files as they were', () => {
  it('are not read: an import knows their stamps, and these suffice', async () => {
    for (const name of names)
      expect(row(name).stamp).toEqual({ size: statSync(at(name)).size, modified: statSync(at(name)).mtimeMs })
    expect(row('a.png').sha256).toBeNull()
    expect(await look()).toEqual({ found: new Map(), changed: new Set(), gone: new Set() })
    await hashAll()
    expect(await look()).toEqual({ found: new Map(), changed: new Set(), gone: new Set() })
  })

  it('but touched, are the same, and their new time is to be remembered', async () => {
    await hashAll()
    touch('b.png')
    const { changed, found } = await look()
    expect([...changed]).toEqual([])
    expect([...found.keys()]).toEqual([row('b.png').id])
    rememberFiles(project, [...found.values()])
    expect(row('b.png').stamp!.modified).toBe(1e12)
    expect((await look()).found.size).toBe(0)
  })

  it('of which nothing is known, as in a project of version 0.1, are hashed where something was made of them', async () => {
    for (const { id, width, height } of listImages(project))
      rememberFiles(project, [{ id, width, height, problem: null, stamp: null, sha256: null }])
    expect((await look(false)).found.size).toBe(0)
    const { changed, found } = await look(true)
    expect(changed.size).toBe(0)
    expect(found.get(row('a.png').id)).toEqual({
      id: row('a.png').id,
      width: 16,
      height: 16,
      problem: null,
      ...(await hashFile(at('a.png'))),
    })
  })
})

describe('files that are others', () => {
  it.each([true, false])('of the same size are found where the hash is known (%s)', async known => {
    if (known) await hashAll()
    const before = statSync(at('a.png'))
    copyFileSync(at('c.png'), at('a.png'))
    touch('a.png')
    expect(statSync(at('a.png')).size).toBe(before.size)
    const { changed, found } = await look()
    expect([...changed]).toEqual(known ? [row('a.png').id] : [])
    expect(found.get(row('a.png').id)).toMatchObject(
      await hashFile(at('c.png')).then(hash => ({ sha256: hash!.sha256 })),
    )
  })

  it('of another size are found without a hash, with their new width and height', async () => {
    await writeGrey(at('a.png'), 7, 20)
    const { changed, found } = await look()
    expect([...changed]).toEqual([row('a.png').id])
    expect(found.get(row('a.png').id)).toMatchObject({ width: 20, height: 20, problem: null })
  })

  it('but cannot be used make the image unusable, until they can', async () => {
    await hashAll()
    const whole = readFileSync(at('a.png'))
    writeFileSync(at('a.png'), 'not an image')
    const { found } = await look()
    rememberFiles(project, [...found.values()])
    expect(row('a.png').problem).toMatch(/not an image/)
    expect((await look()).found.size).toBe(0)
    writeFileSync(at('a.png'), whole)
    touch('a.png')
    const again = await look()
    expect(again.found.get(row('a.png').id)).toMatchObject({ problem: null, width: 16, height: 16 })
    rememberFiles(project, [...again.found.values()])
    expect(listImages(project, { usable: true })).toHaveLength(3)
  })

  it('are gone where they are gone', async () => {
    rmSync(at('b.png'))
    expect(await look()).toEqual({ found: new Map(), changed: new Set(), gone: new Set([row('b.png').id]) })
  })
})

describe('images that could not be used when they were imported', () => {
  it('come back when the file is another one, and are not tried before', async () => {
    const whole = readFileSync(at('a.png'))
    writeFileSync(at('d.png'), whole.subarray(0, 20))
    writeFileSync(at('e.txt'), 'no picture')
    writeFileSync(join(dir, 'images', 'loose.png'), whole)
    await importAgain()
    expect(listImages(project).filter(({ problem }) => problem !== null)).toHaveLength(3)
    expect((await look()).found.size).toBe(0)
    writeFileSync(at('d.png'), whole)
    const { found } = await look()
    expect([...found.keys()]).toEqual([row('d.png').id])
    expect(found.get(row('d.png').id)).toMatchObject({
      problem: null,
      width: 16,
      height: 16,
      ...(await hashFile(at('d.png'))),
    })
  })

  it('come back with another import', async () => {
    const whole = readFileSync(at('a.png'))
    writeFileSync(at('d.png'), '')
    await importAgain()
    expect(row('d.png')).toMatchObject({ problem: 'the file is empty', stamp: { size: 0 } })
    writeFileSync(at('d.png'), whole)
    await importAgain()
    expect(row('d.png')).toMatchObject({ problem: null, width: 16, stamp: { size: whole.length } })
  })

  it('are tried again whenever the file is there, where it was out of reach', async () => {
    addImages(project, 'train', [
      { path: 'cat/z.png', label: 0, width: 0, height: 0, problem: 'the file does not exist' },
    ])
    expect((await look()).found.size).toBe(0)
    copyFileSync(at('a.png'), at('z.png'))
    expect((await look()).found.get(row('z.png').id)).toMatchObject({ problem: null, width: 16 })
  })
})

describe('another import', () => {
  it('keeps the hash of a file that is as it was, and hashes one that is not', async () => {
    await hashAll()
    const [a, b] = [row('a.png').sha256, row('b.png').sha256]
    copyFileSync(at('c.png'), at('b.png'))
    touch('b.png')
    await importAgain()
    expect(row('a.png').sha256).toBe(a)
    expect(row('b.png').sha256).toBe(row('c.png').sha256)
    expect(row('b.png').sha256).not.toBe(b)
  })
})
