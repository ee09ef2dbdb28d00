/** A demo folder remembers its finished parts, and never touches what is not its own. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDemo } from '../../../electron/demo/state.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'demo-state-'))
})
afterAll(() => rm(root, { recursive: true }))

describe('openDemo', () => {
  it('makes a part once and reuses it at the next start', async () => {
    const dir = join(root, 'once')
    let made = 0
    const make = (): Promise<number> => Promise.resolve(++made)
    expect(await openDemo(dir).part('scenes', { n: 1 }, make)).toMatchObject({ result: 1, reused: false })
    expect(await openDemo(dir).part('scenes', { n: 1 }, make)).toMatchObject({ result: 1, reused: true })
    expect(made).toBe(1)
  })

  it('refuses a part made from other numbers and keeps it', async () => {
    const dir = join(root, 'other')
    await openDemo(dir).part('scenes', { n: 1 }, () => Promise.resolve('first'))
    const other = openDemo(dir).part('scenes', { n: 2 }, () => Promise.resolve('second'))
    await expect(other).rejects.toMatchObject({
      code: 'mismatch',
      message: expect.stringContaining('--out') as string,
    })
    expect((await openDemo(dir).part('scenes', { n: 1 }, () => Promise.resolve('third'))).result).toBe(
      'first',
    )
  })

  it('does not remember a part that failed', async () => {
    const dir = join(root, 'failed')
    await expect(openDemo(dir).part('scenes', {}, () => Promise.reject(new Error('full')))).rejects.toThrow(
      'full',
    )
    expect((await openDemo(dir).part('scenes', {}, () => Promise.resolve(2))).reused).toBe(false)
  })

  it('refuses a folder with other things in it, and leaves them alone', async () => {
    await writeFile(join(root, 'thesis.txt'), 'mine')
    expect(() => openDemo(root)).toThrow(/not empty.*--out/)
    expect(await readdir(root)).toContain('thesis.txt')
    expect(await readdir(root)).not.toContain('demo.json')
  })

  it.each(['', '{', '{"format":"relabel-demo","version":2,"parts":{}}', '[]'])(
    'refuses a demo.json of %j',
    async text => {
      const dir = await mkdtemp(join(root, 'bad-'))
      await writeFile(join(dir, 'demo.json'), text)
      expect(() => openDemo(dir)).toThrow(/cannot be read/)
    },
  )
})
