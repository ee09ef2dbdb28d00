/**
 * The content of an edit in the database: JSON compressed with zstd, each change a short row, earlier edits by number.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { edit as editSchema } from '../../contract/api/corrections.ts'
import type { Edit, LayerEntry } from '../../contract/api/corrections.ts'

/** Limit of decompressed content, for projects of unknown origin. */
const maxBytes = 2 ** 28

/** A logit, or null if the class is removed, and the number of the edit. */
type StoredEntry = [logit: number | null, edit: number] | null
type StoredChange = [cell: number, id: number, before: StoredEntry, after: StoredEntry]

interface StoredContent {
  tool: Edit['tool']
  operation: Edit['operation']
  /** Ids of the edits that entries come from. */
  edits: string[]
  changes: StoredChange[]
}

/** Tool, operation and changes as bytes. */
export function packEdit(edit: Pick<Edit, 'tool' | 'operation' | 'changes'>): Buffer {
  const numbers = new Map<string, number>()
  const pack = (entry: LayerEntry | null): StoredEntry => {
    if (entry === null) return null
    const number = numbers.get(entry.edit) ?? numbers.size
    numbers.set(entry.edit, number)
    return [entry.logit, number]
  }
  const changes = edit.changes.map((one): StoredChange => [
    one.cell,
    one.class,
    pack(one.before),
    pack(one.after),
  ])
  const { tool, operation } = edit
  const stored: StoredContent = { tool, operation, edits: [...numbers.keys()], changes }
  return zstdCompressSync(Buffer.from(JSON.stringify(stored)))
}

/** The form alone; what stands in it is checked as an edit. */
const content = z.object({
  tool: z.unknown(),
  operation: z.unknown(),
  edits: z.array(z.string()),
  changes: z.array(z.array(z.unknown())),
})

/** Back from {@link packEdit}; throws if that is not an edit. */
export function unpackEdit(bytes: Uint8Array, row: Pick<Edit, 'id' | 'author' | 'created'>): Edit {
  const text = zstdDecompressSync(bytes, { maxOutputLength: maxBytes }).toString()
  const { tool, operation, edits, changes } = content.parse(JSON.parse(text))
  const unpack = (entry: unknown): unknown => {
    if (!Array.isArray(entry)) return entry
    const [logit, number] = entry as unknown[]
    return { logit, edit: typeof number === 'number' ? edits[number] : undefined }
  }
  return editSchema.parse({
    id: row.id,
    author: row.author,
    created: row.created,
    tool,
    operation,
    changes: changes.map(([cell, id, before, after]) => ({
      cell,
      class: id,
      before: unpack(before),
      after: unpack(after),
    })),
  })
}
