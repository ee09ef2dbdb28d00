/** Repairs a damaged annotation: keeps every good record, removes the rest, and saves copies of the originals. */
import { copyFile, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../base/error.ts'
import { decodeLabelMap } from '../codec/record.ts'
import { validateLabelMap } from '../validate.ts'
import { writeAtomic } from '../../base/files/atomic.ts'
import { readCatalog } from './catalog.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { lockFolder } from '../../base/files/lock.ts'
import { decodePayload } from './frame.ts'
import { indexName, readIndex, writeIndex } from './index-file.ts'
import { readManifest } from './manifest-file.ts'
import { listShards, scanShard, shardHeader, shardName } from './shard.ts'
import type { Damage, ShardFile } from './shard.ts'
import { zstd } from './zstd.ts'

/** What {@link repairLabelMaps} did. */
export interface RepairReport {
  /** Good records, all of which stayed, also those that a later one of their key replaced. */
  kept: number
  /** Stretches and records that were taken out. */
  removed: Damage[]
  /** Copies of the original shards; delete them when they are no longer needed. */
  setAside: string[]
  /** Whether an index was written: only for an annotation that had been finished. */
  index: boolean
}

/**
 * Rewrites damaged shards with their good records only, cuts an unfinished tail, closes gaps in the numbering and brings
 * the index up to date. Lost images are those that the next `annotate` makes again. Throws 'locked' while a writer is at
 * work, 'disk', and 'bad-label-map' for a folder without a good manifest.
 */
export async function repairLabelMaps(dir: string): Promise<RepairReport> {
  const manifest = await readManifest(dir)
  const lock = lockFolder(dir)
  try {
    const hadIndex = (await readIndex(dir)) !== null
    const report: RepairReport = { kept: 0, removed: [], setAside: [], index: false }
    let next = 0
    for (const shard of await listShards(dir)) {
      const { good, bad } = await sort(shard, manifest.classes.length)
      report.kept += good.length
      report.removed = report.removed.concat(bad)
      if (bad.length > 0) report.setAside.push(await setAside(shard))
      if (good.length === 0)
        await rm(shard.path).catch((error: unknown) => diskError(error, shard.path, 'write'))
      else await rewrite(dir, shard, good, next++, bad.length > 0)
    }
    if (hadIndex) {
      const { places, shards } = await readCatalog(dir, { trustIndex: false })
      await rm(join(dir, indexName), { force: true })
      await writeIndex(dir, { shards: shards.map(({ number, size }) => ({ number, size })), places })
      report.index = true
    }
    return report
  } finally {
    lock.release()
  }
}

/** The good records of a shard, and everything else. */
async function sort(shard: ShardFile, classes: number) {
  const good: { offset: number; bytes: number }[] = []
  const bad: Damage[] = []
  const scan = await scanShard(shard, 0, ({ offset, bytes, payload }) => {
    try {
      const { key, map } = decodePayload(payload)
      validateLabelMap(decodeLabelMap(map, zstd), { classes, name: key })
      good.push({ offset, bytes })
    } catch (error) {
      bad.push({ file: shard.name, offset, bytes, reason: messageOf(error) })
    }
  })
  for (const stretch of scan.damage) bad.push(stretch)
  if (scan.tail) bad.push(scan.tail)
  return { good, bad }
}

/** A copy under a name that no reader looks at. */
async function setAside(shard: ShardFile): Promise<string> {
  const path = `${shard.path}.damaged`
  await copyFile(shard.path, path).catch((error: unknown) => diskError(error, path, 'write'))
  return path
}

async function rewrite(
  dir: string,
  shard: ShardFile,
  good: { offset: number; bytes: number }[],
  number: number,
  changed: boolean,
): Promise<void> {
  if (!changed && number === shard.number) return
  const data = await readFile(shard.path).catch((error: unknown) => diskError(error, shard.path, 'read'))
  const records = good.map(({ offset, bytes }) => data.subarray(offset, offset + bytes))
  // First under the old name, then moved: at no moment is a record missing from the folder.
  await writeAtomic(shard.path, Buffer.concat([shardHeader(number), ...records]))
  if (number !== shard.number)
    await rename(shard.path, join(dir, shardName(number))).catch((error: unknown) =>
      diskError(error, dir, 'write'),
    )
}
