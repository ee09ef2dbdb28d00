import { appendFileSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  createLabelMapWriter,
  openLabelMaps,
  repairLabelMaps,
  verifyLabelMaps,
} from '../../../../core/labelmap/files/index.ts'
import { contentOf, halved, keyOf, temporaryFolder, writeMaps } from './folder.ts'
import { manifestOf, mapOf } from './sample.ts'

const error = (code: string) => expect.objectContaining({ code })

async function expectAll(dir: string, count: number, except: number[] = []): Promise<void> {
  const reader = await openLabelMaps(dir)
  expect(reader.count).toBe(count - except.length)
  for (let i = 0; i < count; i++) {
    if (except.includes(i)) expect(reader.has(keyOf(i))).toBe(false)
    else expect(await reader.get(keyOf(i))).toEqual(halved(mapOf(i)))
  }
  await reader.close()
}

describe('label maps on disk', () => {
  it('give back what was written, by key, over several shards, maps of any size', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 60)
    expect(readdirSync(dir).filter(name => name.endsWith('.rlm')).length).toBeGreaterThan(2)
    await expectAll(dir, 60)
    const reader = await openLabelMaps(dir)
    expect(reader.keys()).toEqual(Array.from({ length: 60 }, (_, i) => keyOf(i)))
    expect(reader.getSync(keyOf(31))).toEqual(halved(mapOf(31)))
    expect(reader.info(keyOf(31)).imageHash).toBe('ab'.repeat(32))
    expect(reader.info(keyOf(30)).imageHash).toBe(null)
    expect(reader.manifest.classes).toHaveLength(40)
    await expect(reader.get('train/none.jpg')).rejects.toThrow(error('not-found'))
    await reader.close()
    const report = await verifyLabelMaps(dir)
    expect(report).toMatchObject({ ok: true, finished: true, count: 60, index: 'ok', damage: [], tail: null })
    expect(report.bytes).toBe(reader.bytes)
  })

  it('are read the same without the index', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 30, { finish: false })
    expect(readdirSync(dir)).not.toContain('index.rlx')
    await expectAll(dir, 30)
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: true, finished: false, index: 'missing' })
  })

  it('have the same bytes however often the writer was closed in between', async () => {
    const [once, often] = [temporaryFolder(), temporaryFolder()]
    await writeMaps(once, 0, 50)
    for (const [from, to] of [
      [0, 7],
      [0, 8],
      [0, 31],
    ] as const)
      await writeMaps(often, from, to, { finish: to === 8 })
    const made = await writeMaps(often, 0, 50)
    expect(made).toBe(19)
    expect(contentOf(often)).toEqual(contentOf(once))
  })

  it('can be read while they are written', async () => {
    const dir = temporaryFolder()
    const writer = await createLabelMapWriter(dir, {
      manifest: manifestOf('fp16'),
      logits: 'fp16',
      shardBytes: 1500,
    })
    await writer.append(keyOf(0), mapOf(0))
    expect(writer.has(keyOf(0))).toBe(false)
    await writer.flush()
    expect(writer.has(keyOf(0))).toBe(true)
    const reader = await openLabelMaps(dir)
    expect(reader.count).toBe(1)
    for (let i = 1; i < 40; i++) await writer.append(keyOf(i), mapOf(i))
    await writer.flush()
    expect(await reader.refresh()).toBe(39)
    expect(await reader.get(keyOf(39))).toEqual(halved(mapOf(39)))
    await writer.finish()
    expect(await reader.refresh()).toBe(0)
    await reader.close()
  })

  it('keep 8-bit logits within half a step of each map’s range', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 20, { manifest: manifestOf('u8') })
    const reader = await openLabelMaps(dir)
    for (let i = 0; i < 20; i++) {
      const [map, back] = [mapOf(i), reader.getSync(keyOf(i))]
      expect(back.ids).toEqual(map.ids)
      const half = (Math.max(...map.logits) - Math.min(...map.logits)) / 255 / 2
      map.logits.forEach((z, n) => expect(Math.abs(back.logits[n]! - z)).toBeLessThanOrEqual(half + 1e-5))
    }
    await reader.close()
  })

  it('may be empty', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 0)
    expect((await openLabelMaps(dir)).count).toBe(0)
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: true, finished: true, count: 0 })
  })

  it('hold a key once, and only keys and maps that can be read back', async () => {
    const dir = temporaryFolder()
    const writer = await createLabelMapWriter(dir, { manifest: manifestOf('fp16'), logits: 'fp16' })
    await writer.append('a', mapOf(1))
    await expect(writer.append('a', mapOf(1))).rejects.toThrow(error('usage'))
    await expect(writer.append('', mapOf(1))).rejects.toThrow(error('usage'))
    await expect(writer.append('\ud800', mapOf(1))).rejects.toThrow(error('usage'))
    await expect(writer.append('x'.repeat(5000), mapOf(1))).rejects.toThrow(error('usage'))
    const nan = mapOf(1)
    nan.logits[0] = NaN
    await expect(writer.append('b', nan)).rejects.toThrow(error('bad-label-map'))
    const large = mapOf(1)
    large.logits[0] = 70000
    await expect(writer.append('b', large)).rejects.toThrow(/half precision/)
    await writer.append('ключ/鍵.jpg', mapOf(2), { imageHash: 'not hexadecimal' })
    await writer.finish()
    await expect(writer.append('c', mapOf(1))).rejects.toThrow(error('usage'))
    const reader = await openLabelMaps(dir)
    expect(reader.keys()).toEqual(['a', 'ключ/鍵.jpg'])
    expect(reader.info('ключ/鍵.jpg').imageHash).toBe('not hexadecimal')
    await reader.close()
  })
})

describe('a folder that does not fit', () => {
  it('is refused with another provenance, and keeps its own date', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 5)
    const other = { ...manifestOf('fp16'), fill: -1 }
    await expect(createLabelMapWriter(dir, { manifest: other, logits: 'fp16' })).rejects.toThrow(
      error('mismatch'),
    )
    await expect(createLabelMapWriter(dir, { manifest: manifestOf('u8'), logits: 'u8' })).rejects.toThrow(
      error('mismatch'),
    )
    const later = { ...manifestOf('fp16'), created: '2026-01-01T00:00:00.000Z' }
    const writer = await createLabelMapWriter(dir, { manifest: later, logits: 'fp16' })
    expect(writer.manifest.created).toBe('2025-01-01T00:00:00.000Z')
    await writer.finish()
  })

  it('is refused while another writer holds it', async () => {
    const dir = temporaryFolder()
    const options = { manifest: manifestOf('fp16'), logits: 'fp16' as const }
    const writer = await createLabelMapWriter(dir, options)
    await expect(createLabelMapWriter(dir, options)).rejects.toThrow(error('locked'))
    await expect(repairLabelMaps(dir)).rejects.toThrow(error('locked'))
    await writer.close()
    await (await createLabelMapWriter(dir, options)).close()
  })

  it('is refused without a good manifest', async () => {
    const dir = temporaryFolder()
    await expect(openLabelMaps(dir)).rejects.toThrow(error('not-found'))
    for (const text of ['', '{', '[]', '{"format":"relabel-label-maps","version":1}']) {
      writeFileSync(join(dir, 'manifest.json'), text)
      await expect(openLabelMaps(dir)).rejects.toThrow(error('bad-label-map'))
    }
    writeFileSync(join(dir, 'manifest.json'), '{"version": 99}')
    await expect(openLabelMaps(dir)).rejects.toThrow(/newer/)
  })

  it('is refused when a shard is a link to somewhere else', async () => {
    const [dir, elsewhere] = [temporaryFolder(), temporaryFolder()]
    await writeMaps(elsewhere, 0, 5, { finish: false })
    writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifestOf('fp16')))
    symlinkSync(join(elsewhere, 'shard-00000.rlm'), join(dir, 'shard-00000.rlm'))
    await expect(openLabelMaps(dir)).rejects.toThrow(/not a regular file/)
  })

  it('is refused when its path runs through a file', async () => {
    const dir = temporaryFolder()
    writeFileSync(join(dir, 'file'), '')
    const options = { manifest: manifestOf('fp16'), logits: 'fp16' as const }
    await expect(createLabelMapWriter(join(dir, 'file', 'maps'), options)).rejects.toThrow(error('disk'))
  })
})

describe('damage', () => {
  const shard = (dir: string, n: number): string => join(dir, `shard-0000${n}.rlm`)

  it('in the middle is found by its checksum, costs one record, and is repaired without touching the others', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 60)
    const bytes = readFileSync(shard(dir, 1))
    bytes[Math.floor(bytes.length / 2)]! ^= 0x40
    writeFileSync(shard(dir, 1), bytes)
    const found = await verifyLabelMaps(dir)
    expect(found).toMatchObject({ ok: false, count: 59, index: 'outdated' })
    expect(found.damage).toHaveLength(1)
    expect(found.damage[0]).toMatchObject({ file: 'shard-00001.rlm' })

    const reader = await openLabelMaps(dir)
    const lost = Array.from({ length: 60 }, (_, i) => i).filter(i => {
      try {
        reader.getSync(keyOf(i))
        return false
      } catch (thrown) {
        expect(thrown).toEqual(error('bad-label-map'))
        return true
      }
    })
    await reader.close()
    expect(lost).toHaveLength(1)
    const options = { manifest: manifestOf('fp16'), logits: 'fp16' as const }
    await expect(createLabelMapWriter(dir, options)).rejects.toThrow(/repair/)

    const repaired = await repairLabelMaps(dir)
    expect(repaired).toMatchObject({ kept: 59, index: true })
    expect(repaired.setAside).toHaveLength(1)
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: true, finished: true, count: 59 })
    await expectAll(dir, 60, lost)
    expect(await writeMaps(dir, 0, 60)).toBe(1)
    await expectAll(dir, 60)
  })

  it('anywhere in a shard never gives a wrong map', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 6, { finish: false, shardBytes: 1 << 20 })
    const whole = readFileSync(shard(dir, 0))
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(shard(dir, 0), bytes)
      const reader = await openLabelMaps(dir).catch((thrown: unknown) => {
        expect(thrown).toEqual(error('bad-label-map'))
      })
      if (!reader) continue
      expect(reader.count).toBe(at < 16 ? 6 : 5)
      for (const key of reader.keys())
        expect(reader.getSync(key)).toEqual(halved(mapOf(Number(/(\d+)\.jpg/.exec(key)![1]))))
      await reader.close()
    }
  })

  it('of the index is passed over by readers and mended by repair', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 20)
    const bytes = readFileSync(join(dir, 'index.rlx'))
    bytes[bytes.length - 3]! ^= 1
    writeFileSync(join(dir, 'index.rlx'), bytes)
    await expectAll(dir, 20)
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: false, index: 'damaged', count: 20 })
    expect(await repairLabelMaps(dir)).toMatchObject({ kept: 20, removed: [], setAside: [], index: true })
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: true, finished: true })
  })

  it('by a missing shard costs that shard only', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 60)
    const { rmSync } = await import('node:fs')
    rmSync(shard(dir, 1))
    const found = await verifyLabelMaps(dir)
    expect(found.ok).toBe(false)
    expect(found.damage[0]!.reason).toMatch(/missing/)
    const reader = await openLabelMaps(dir)
    const left = reader.keys()
    expect(left.length).toBe(found.count)
    for (const key of left) reader.getSync(key)
    await reader.close()
    expect((await repairLabelMaps(dir)).kept).toBe(left.length)
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: true, finished: true })
    await writeMaps(dir, 0, 60)
    await expectAll(dir, 60)
  })

  it('by a tail of zeros, as a power cut leaves it, is cut off', async () => {
    const [dir, undisturbed] = [temporaryFolder(), temporaryFolder()]
    await writeMaps(undisturbed, 0, 20)
    await writeMaps(dir, 0, 11, { finish: false })
    const last = readdirSync(dir)
      .filter(name => name.endsWith('.rlm'))
      .sort()
      .at(-1)!
    appendFileSync(join(dir, last), Buffer.alloc(4096))
    expect(statSync(join(dir, last)).size).toBeGreaterThan(4096)
    await writeMaps(dir, 0, 20)
    expect(contentOf(dir)).toEqual(contentOf(undisturbed))
  })
})
