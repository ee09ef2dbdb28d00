/** A later record of a key takes the place of an earlier one: for readers, writers, checks and repairs. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
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

const options = { manifest: manifestOf('fp16'), logits: 'fp16' as const, shardBytes: 1500 }
const hash = (i: number): string => `${i}`.padStart(2, '0').repeat(32)

/** Map `i + 100` in the place of map `i`, for each of them. */
async function replace(dir: string, which: readonly number[], finish = true): Promise<void> {
  const writer = await createLabelMapWriter(dir, options)
  for (const i of which) await writer.append(keyOf(i), mapOf(i + 100), { imageHash: hash(i), replace: true })
  await (finish ? writer.finish() : writer.close())
}

async function expectMaps(dir: string, count: number, replaced: readonly number[]): Promise<void> {
  const reader = await openLabelMaps(dir)
  expect(reader.count).toBe(count)
  expect(reader.keys()).toHaveLength(count)
  let bytes = 0
  for (let i = 0; i < count; i++) {
    const isNew = replaced.includes(i)
    expect(reader.getSync(keyOf(i))).toEqual(halved(mapOf(isNew ? i + 100 : i)))
    if (isNew) expect(reader.recordSync(keyOf(i)).imageHash).toBe(hash(i))
    bytes += reader.info(keyOf(i)).bytes
  }
  expect(reader.bytes).toBe(bytes)
  await reader.close()
}

describe('a record in the place of another', () => {
  it.each([true, false])('is the one that is read, with an index (%s) and without', async finish => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 30, { finish })
    await replace(dir, [3, 17, 3 + 10], finish)
    await expectMaps(dir, 30, [3, 17, 13])
    expect(await verifyLabelMaps(dir)).toMatchObject({ ok: true, count: 30, replaced: 3, damage: [] })
  })

  it('can be replaced again, and is counted once', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 5)
    for (let again = 0; again < 3; again++) await replace(dir, [2])
    await expectMaps(dir, 5, [2])
    const writer = await createLabelMapWriter(dir, options)
    expect(writer.count).toBe(5)
    expect([writer.imageHash(keyOf(2)), writer.imageHash(keyOf(4)), writer.imageHash('none')]).toEqual([
      hash(2),
      null,
      undefined,
    ])
    const { bytes } = writer
    await writer.close()
    const reader = await openLabelMaps(dir)
    expect(reader.bytes).toBe(bytes)
    await reader.close()
    const found = await verifyLabelMaps(dir)
    expect(found).toMatchObject({ ok: true, count: 5, replaced: 3, bytes })
  })

  it('is only written where that was asked for', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 3)
    const writer = await createLabelMapWriter(dir, options)
    await expect(writer.append(keyOf(1), mapOf(1))).rejects.toMatchObject({ code: 'usage' })
    await writer.append(keyOf(1), mapOf(101), { replace: true, imageHash: hash(1) })
    // Not twice in what waits for the disk.
    await expect(writer.append(keyOf(1), mapOf(101), { replace: true })).rejects.toMatchObject({
      code: 'usage',
    })
    await writer.finish()
    await expectMaps(dir, 3, [1])
  })

  it('has the same bytes however often the writer was closed in between', async () => {
    const [once, often] = [temporaryFolder(), temporaryFolder()]
    await writeMaps(once, 0, 20)
    await replace(once, [1, 5, 9])
    await writeMaps(often, 0, 11, { finish: false })
    await writeMaps(often, 0, 20)
    for (const i of [1, 5, 9]) await replace(often, [i], i === 9)
    expect(contentOf(often)).toEqual(contentOf(once))
  })

  it('reaches readers that are open', async () => {
    const dir = temporaryFolder()
    await writeMaps(dir, 0, 12)
    const reader = await openLabelMaps(dir)
    expect(await reader.refresh()).toBe(0)
    await replace(dir, [0, 7])
    expect(await reader.refresh()).toBe(2)
    expect(await reader.refresh()).toBe(0)
    expect(reader.count).toBe(12)
    for (const i of [0, 7]) expect(reader.getSync(keyOf(i))).toEqual(halved(mapOf(i + 100)))
    await reader.close()
  })

  it('gives way to the one before when it was torn or damaged', async () => {
    const [torn, damaged] = [temporaryFolder(), temporaryFolder()]
    const last = (dir: string): string =>
      join(dir, readdirSync(dir).filter(name => name.endsWith('.rlm')).sort().at(-1)!) // prettier-ignore
    for (const dir of [torn, damaged]) {
      await writeMaps(dir, 0, 9, { finish: false, shardBytes: 1 << 20 })
      const writer = await createLabelMapWriter(dir, { ...options, shardBytes: 1 << 20 })
      for (const i of [4, 6])
        await writer.append(keyOf(i), mapOf(i + 100), { imageHash: hash(i), replace: true })
      await writer.close()
    }
    const whole = readFileSync(last(torn))
    truncateSync(last(torn), whole.length - 1)
    await expectMaps(torn, 9, [4])
    const bytes = Buffer.from(whole)
    bytes[bytes.indexOf(Buffer.from(hash(4), 'hex'))]! ^= 1
    writeFileSync(last(damaged), bytes)
    await expectMaps(damaged, 9, [6])
    expect((await repairLabelMaps(damaged)).kept).toBe(10)
    await expectMaps(damaged, 9, [6])
    expect(await verifyLabelMaps(damaged)).toMatchObject({ ok: true, count: 9, replaced: 1 })
  })
})
