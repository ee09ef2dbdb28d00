import { spawn } from 'node:child_process'
import { cpSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'
import {
  createLabelMapWriter,
  openLabelMaps,
  verifyLabelMaps,
} from '../../../../core/labelmap/files/index.ts'
import { contentOf, keyOf, temporaryFolder, writeMaps } from './folder.ts'
import { manifestOf, mapOf } from './sample.ts'

const child = fileURLToPath(new URL('append-until-killed.ts', import.meta.url))

describe('a writer that dies', () => {
  it('at every byte of the last shard: resuming gives an undisturbed run’s bytes and makes nothing twice', async () => {
    const undisturbed = temporaryFolder()
    await writeMaps(undisturbed, 0, 12, { shardBytes: 700 })
    const files = contentOf(undisturbed)
    const shards = Object.keys(files).filter(name => name.endsWith('.rlm'))
    expect(shards.length).toBeGreaterThanOrEqual(2)
    const last = shards.at(-1)!
    const size = readFileSync(join(undisturbed, last)).length
    for (let cut = 0; cut <= size; cut++) {
      const dir = temporaryFolder()
      cpSync(undisturbed, dir, { recursive: true })
      rmSync(join(dir, 'index.rlx'))
      truncateSync(join(dir, last), cut)
      const reader = await openLabelMaps(dir)
      const left = reader.count
      await reader.close()
      const made = await writeMaps(dir, 0, 12, { shardBytes: 700 })
      expect(made).toBe(12 - left)
      expect(contentOf(dir)).toEqual(files)
      rmSync(dir, { recursive: true })
    }
  })

  it('by kill -9, several times, in a child process of its own', async () => {
    const count = 400
    const undisturbed = temporaryFolder()
    await writeMaps(undisturbed, 0, count, { shardBytes: 20000 })
    const dir = temporaryFolder()
    let durable = 0
    for (const stopAfter of [5, 60, 130]) {
      durable = await runAndKill(dir, count, stopAfter)
      const reader = await openLabelMaps(dir)
      expect(reader.count).toBeGreaterThanOrEqual(durable)
      for (const key of reader.keys()) reader.getSync(key)
      expect(reader.damage).toEqual([])
      await reader.close()
      expect((await verifyLabelMaps(dir)).ok).toBe(true)
    }
    expect(durable).toBeGreaterThan(0)
    const before = (await openLabelMaps(dir)).count
    expect(await writeMaps(dir, 0, count, { shardBytes: 20000 })).toBe(count - before)
    expect(contentOf(dir)).toEqual(contentOf(undisturbed))
  })
})

/** Starts the child, kills it once it has printed `lines` lines, and gives the last number of durable records it named. */
function runAndKill(dir: string, count: number, lines: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [child, dir, String(count), '20000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    process_.stdout.on('data', (part: Buffer) => {
      text += part.toString()
      if (text.split('\n').length > lines) process_.kill('SIGKILL')
    })
    process_.on('error', reject)
    process_.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error('the child ended before it was killed'))
      resolve(Number(text.trimEnd().split('\n').at(-1)))
    })
  })
}

describe('a full disk', () => {
  it('is reported with the way out; nothing is lost and the next call goes on', async () => {
    const [dir, undisturbed] = [temporaryFolder(), temporaryFolder()]
    await writeMaps(undisturbed, 0, 30)
    const writer = await createLabelMapWriter(dir, {
      manifest: manifestOf('fp16'),
      logits: 'fp16',
      shardBytes: 1500,
    })
    const add = (i: number) => writer.append(keyOf(i), mapOf(i), i % 2 ? { imageHash: 'ab'.repeat(32) } : {})
    for (let i = 0; i < 10; i++) await add(i)
    await writer.flush()
    const { open } = await import('node:fs/promises')
    const handle = await open(join(dir, 'manifest.json'), 'r')
    const prototype = Object.getPrototypeOf(handle) as { write: (...args: unknown[]) => Promise<unknown> }
    await handle.close()
    const original = prototype.write
    // The disk takes half of the piece and then no more, as a full one does.
    const full = vi.spyOn(prototype, 'write').mockImplementation(async function (
      this: unknown,
      ...args: unknown[]
    ) {
      await original.call(this, args[0], args[1], Math.floor((args[2] as number) / 2), args[3])
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    })
    try {
      for (let i = 10; i < 20; i++) await add(i)
      await expect(writer.flush()).rejects.toThrow(/disk is full/)
      await expect(writer.flush()).rejects.toThrow(expect.objectContaining({ code: 'disk' }))
    } finally {
      full.mockRestore()
    }
    for (let i = 20; i < 30; i++) await add(i)
    await writer.finish()
    expect(contentOf(dir)).toEqual(contentOf(undisturbed))
  })

  it('at the system’s own limit (ulimit -f) leaves every finished record readable and resumable', async () => {
    const [dir, undisturbed] = [temporaryFolder(), temporaryFolder()]
    await writeMaps(undisturbed, 0, 400, { shardBytes: 1 << 20 })
    const { spawnSync } = await import('node:child_process')
    const command = `ulimit -f 16; exec "${process.execPath}" "${child}" "${dir}" 400 ${1 << 20}`
    const result = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
    expect(result.status).not.toBe(0)
    expect(result.stderr).toMatch(/may not grow that large/)
    const reader = await openLabelMaps(dir)
    expect(reader.count).toBeGreaterThan(10)
    for (const key of reader.keys()) reader.getSync(key)
    await reader.close()
    await writeMaps(dir, 0, 400, { shardBytes: 1 << 20 })
    expect(contentOf(dir)).toEqual(contentOf(undisturbed))
  })
})
