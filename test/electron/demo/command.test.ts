/** Calling the program's own command line: answers, errors with their codes, progress. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { writeScenes } from '../../../core/dataset/digit-scenes/write.ts'
import { loadDigitPools } from '../../../core/dataset/digit-scenes/digits.ts'
import { parseSceneOptions } from '../../../core/dataset/digit-scenes/options.ts'
import { commandLine, runCommand } from '../../../electron/demo/command.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'demo-command-'))
})
afterAll(() => rm(dir, { recursive: true }))

const quiet = { onProgress: (): void => {}, signal: new AbortController().signal }

describe('commandLine', () => {
  it('quotes what a shell would take apart', () => {
    expect(commandLine(['train', '/a/b', '--mean', '0.5,0.5'])).toBe('relabel train /a/b --mean 0.5,0.5')
    expect(commandLine(['new', "it's here", ''])).toBe(`relabel new 'it'\\''s here' ''`)
  })
})

describe('runCommand', () => {
  it('gives the document and hears progress', async () => {
    const options = parseSceneOptions({ test: 12 })
    await writeScenes(join(dir, 'test'), (await loadDigitPools(options)).test, 'test', options)
    const heard: number[] = []
    const args = ['new', join(dir, 'project'), '--split', `test=${join(dir, 'test')}`]
    const schema = z.object({ splits: z.array(z.object({ split: z.string(), usable: z.number() })) })
    const answer = await runCommand(args, schema, { ...quiet, onProgress: done => heard.push(done) })
    expect(answer.splits).toEqual([{ split: 'test', usable: 12 }])
    expect(heard.at(-1)).toBe(12)
  })

  it('rethrows the command’s error with its code', async () => {
    const args = ['new', join(dir, 'other'), '--images', join(dir, 'nowhere')]
    await expect(runCommand(args, z.unknown(), quiet)).rejects.toMatchObject({ code: 'not-found' })
    await expect(runCommand(['new', join(dir, 'other')], z.unknown(), quiet)).rejects.toMatchObject({
      code: 'usage',
    })
  })

  it('says so when the answer is not what it should be', async () => {
    const args = ['new', join(dir, 'again'), '--split', `test=${join(dir, 'test')}`]
    await expect(runCommand(args, z.object({ annotation: z.string() }), quiet)).rejects.toThrow(
      /relabel new .*annotation/s,
    )
  })

  it('stops the command when it is cancelled', async () => {
    const controller = new AbortController()
    const args = ['new', join(dir, 'stopped'), '--split', `test=${join(dir, 'test')}`]
    const running = runCommand(args, z.unknown(), { ...quiet, signal: controller.signal })
    controller.abort()
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
  })
})
