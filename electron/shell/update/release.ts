/** A release as its publisher signed it: which files make which version for which system, checked with the key that ships with the app. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { open } from 'node:fs/promises'
import { z } from 'zod'
import { fail, messageOf } from '../../../core/base/error.ts'
import { parseJson } from '../../../core/base/json.ts'

/** Says that a signature is for this program, should its key ever sign for another one. */
export const product = 'studio.relabel.desktop'

const numbers = /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/

const file = z.strictObject({
  /** As it lies beside this document in the feed: a name, never a path. */
  name: z.string().regex(/^\w[\w .()+-]{0,199}$/),
  size: z
    .int()
    .min(1)
    .max(2 ** 32),
  /** Of the whole file, base64. */
  sha512: z.base64().length(88),
})

const schema = z.strictObject({
  product: z.literal(product),
  /** As in build/packaging/targets.ts: `linux-x64`, `win-x64`, … */
  target: z.string().max(40),
  version: z.string().regex(numbers),
  files: z.array(file).min(1).max(16),
})

export type Release = z.infer<typeof schema>

/** Name of the document in the feed; its signature has `.sig` behind it. */
export const releaseName = (target: string): string => `latest-${target}.json`

/** What this system is called in releases. */
export const targetHere = (): string => {
  const systems: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', win32: 'win', darwin: 'mac' }
  return `${systems[process.platform] ?? process.platform}-${process.arch}`
}

function keyOf(pem: string): KeyObject {
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (error) {
    return fail('bad-data', `the update key of this app is not a public key: ${messageOf(error)}`, {}, error)
  }
  if (key.asymmetricKeyType !== 'ed25519')
    fail('bad-data', 'the update key of this app is not an Ed25519 key')
  return key
}

/**
 * The release that `bytes` describe, where `signature` (base64) is that of the key's owner and it is for `target`. Throws
 * `bad-data` for a signature that does not fit or a document that is not a release, `mismatch` for another system.
 */
export function verifyRelease(
  bytes: Uint8Array,
  signature: string,
  wanted: { key: string; target: string },
): Release {
  const text = signature.trim()
  const isSigned =
    /^[A-Za-z0-9+/]{86}==$/.test(text) && verify(null, bytes, keyOf(wanted.key), Buffer.from(text, 'base64'))
  if (!isSigned)
    fail('bad-data', 'the update is not signed by the publisher of this app; nothing was downloaded')
  const parsed = schema.safeParse(parseJson(Buffer.from(bytes).toString('utf8'), 'the update'))
  if (!parsed.success) return fail('bad-data', `the update is not described as it should be: ${parsed.error}`)
  if (parsed.data.target !== wanted.target)
    fail('mismatch', `the update is for ${parsed.data.target}, and this is ${wanted.target}`)
  return parsed.data
}

/** Whether `version` comes after `current`: an earlier one, signed as it may be, is never installed. */
export function isNewer(version: string, current: string): boolean {
  const [, ...after] = numbers.exec(version) ?? fail('bad-data', `${version} is not a version`)
  const [, ...before] = numbers.exec(current) ?? fail('bad-data', `${current} is not a version`)
  const differs = after.findIndex((part, i) => part !== before[i])
  return differs >= 0 && Number(after[differs]) > Number(before[differs])
}

/** SHA-512 and size of a file, read in pieces. */
export async function measureFile(path: string): Promise<{ size: number; sha512: string }> {
  const sum = createHash('sha512')
  const buffer = Buffer.allocUnsafe(2 ** 20)
  let size = 0
  const handle = await open(path)
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null)
      if (bytesRead === 0) return { size, sha512: sum.digest('base64') }
      sum.update(buffer.subarray(0, bytesRead))
      size += bytesRead
    }
  } finally {
    await handle.close()
  }
}

/** Rejects with `mismatch` where the file at `path` is not one of the release, byte for byte. */
export async function verifyFile(path: string, release: Release): Promise<void> {
  const found = await measureFile(path)
  const isListed = release.files.some(one => one.size === found.size && one.sha512 === found.sha512)
  if (!isListed)
    fail(
      'mismatch',
      `${path} is not the file that the publisher signed for version ${release.version}; it is not installed. Delete it and look for updates again`,
      { path },
    )
}
