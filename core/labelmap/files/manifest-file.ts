/** The manifest file of an annotation's folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseManifest } from '../../contract/manifest.ts'
import type { Manifest } from '../../contract/manifest.ts'
import { writeAtomic } from '../../base/files/atomic.ts'
import { diskError } from '../../base/files/disk-error.ts'
import { requireOwnedFile } from '../../base/files/owned.ts'
import { readText } from '../../base/files/read.ts'

/** File name of the manifest. */
const manifestName = 'manifest.json'
/** Class names of a million classes take a tenth of it. */
const mostBytes = 400_000_000

/** The folder's manifest, or null where there is none; throws 'bad-label-map' for one that cannot be read. */
export async function findManifest(dir: string): Promise<Manifest | null> {
  const path = join(dir, manifestName)
  const limits = { what: 'an annotation’s manifest', maxBytes: mostBytes }
  return existsSync(path) ? parseManifest(readText(requireOwnedFile(path, mostBytes), limits), path) : null
}

/** The folder's manifest; throws 'not-found' where there is none. */
export async function readManifest(dir: string): Promise<Manifest> {
  return (await findManifest(dir)) ?? diskError({ code: 'ENOENT' }, join(dir, manifestName), 'read')
}

/** Writes the manifest atomically. */
export async function writeManifest(dir: string, manifest: Manifest): Promise<void> {
  await writeAtomic(join(dir, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
}
