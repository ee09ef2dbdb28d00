/**
 * Whether the backend beside the asar is the one that was packed. Electron checks the asar only; a list of hashes in the asar
 * extends that to every file of the backend: changed, missing and added ones.
 */
import { createHash } from 'node:crypto'
import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { fail, messageOf, RelabelError } from '../../core/base/error.ts'

const schema = z.strictObject({
  /** By path with '/': SHA-256 (hex), or null for a binary that the system's code signature seals after this list is made. */
  files: z.record(z.string(), z.hex().length(64).nullable()),
})

export type BackendFiles = z.infer<typeof schema>

/** Files that are hashed at once: reading one goes on while another is hashed. */
const lanes = 16

/** Hex SHA-256 of a file, read in pieces. */
export async function hashFile(path: string): Promise<string> {
  const sum = createHash('sha256')
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const buffer = Buffer.allocUnsafe(Math.min(Math.max(size, 1), 2 ** 20))
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return sum.digest('hex')
      sum.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

/** All files below `dir` as paths with '/'. Rejects with `bad-data` for anything that is neither a file nor a folder. */
export async function filesBelow(dir: string, under = ''): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(dir, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await filesBelow(dir, path)))
    else if (entry.isFile()) found.push(path)
    else damaged(join(dir, path), 'is not a regular file')
  }
  return found
}

/** Does something for each of `items`, several at once. */
export async function forEachOf<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const item of rest) await act(item)
    }),
  )
}

function damaged(path: string, what: string, cause?: unknown): never {
  return fail(
    'bad-data',
    `${path} ${what}, so the app was not started. Remove the app and install it again from where you got it; your projects and settings stay as they are`,
    { path },
    cause,
  )
}

/** Rejects with `bad-data`, naming the file, where `dir` is not what `list` (a file) says it was when it was packed. */
export async function checkBackend(dir: string, list: string): Promise<void> {
  let wanted: Map<string, string | null>
  try {
    wanted = new Map(Object.entries(schema.parse(JSON.parse(await readFile(list, 'utf8'))).files))
  } catch (error) {
    return damaged(list, 'cannot be read', error)
  }
  const found = new Set(
    await filesBelow(dir).catch((error: unknown) => {
      if (error instanceof RelabelError) throw error
      return damaged(dir, `cannot be read (${messageOf(error)})`, error)
    }),
  )
  for (const path of wanted.keys()) if (!found.has(path)) damaged(join(dir, path), 'is missing')
  for (const path of found) if (!wanted.has(path)) damaged(join(dir, path), 'does not belong to the app')
  await forEachOf([...wanted], async ([path, hash]) => {
    if (hash === null) return
    const file = join(dir, path)
    const now = await hashFile(file).catch((error: unknown) =>
      damaged(file, `cannot be read (${messageOf(error)})`, error),
    )
    if (now !== hash) damaged(file, 'is not as it was installed')
  })
}
