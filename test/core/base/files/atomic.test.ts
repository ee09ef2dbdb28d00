/** Whole files: old or new, never a part; both forms alike. */
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import { makeFolderSync, writeAtomic, writeAtomicSync } from '../../../../core/base/files/atomic.ts'
import type { Content } from '../../../../core/base/files/atomic.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'atomic-'))
})
afterEach(() => rm(dir, { recursive: true }))

const forms: [string, (path: string, content: Content) => Promise<void>][] = [
  ['writeAtomic', writeAtomic],
  ['writeAtomicSync', async (path, content) => writeAtomicSync(path, content)],
]

describe.each(forms)('%s', (_name, write) => {
  it('writes text, bytes and pieces, and leaves nothing beside them', async () => {
    await write(join(dir, 'text'), 'π')
    await write(join(dir, 'bytes'), Uint8Array.of(1, 2, 3))
    await write(join(dir, 'pieces'), [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])
    expect(await readFile(join(dir, 'text'), 'utf8')).toBe('π')
    expect([...(await readFile(join(dir, 'bytes')))]).toEqual([1, 2, 3])
    expect([...(await readFile(join(dir, 'pieces')))]).toEqual([1, 2, 3])
    expect((await readdir(dir)).sort()).toEqual(['bytes', 'pieces', 'text'])
  })

  it('leaves the old file where the new one cannot take its place, and says why', async () => {
    const path = join(dir, 'taken')
    await mkdir(path)
    await writeFile(join(path, 'old'), 'kept')
    await expect(write(path, 'new')).rejects.toMatchObject({ name: 'RelabelError', code: 'disk' })
    expect(await readFile(join(path, 'old'), 'utf8')).toBe('kept')
    expect(await readdir(dir)).toEqual(['taken'])
    const nowhere = write(join(dir, 'no', 'such', 'folder'), 'x')
    await expect(nowhere).rejects.toThrow(join(dir, 'no', 'such', 'folder'))
  })
})

describe('makeFolderSync', () => {
  it('makes the folders above too, and names a file that is in the way', async () => {
    makeFolderSync(join(dir, 'a', 'b'))
    expect(await readdir(join(dir, 'a'))).toEqual(['b'])
    await writeFile(join(dir, 'file'), '')
    expect(() => makeFolderSync(join(dir, 'file', 'c'))).toThrow(RelabelError)
  })
})
