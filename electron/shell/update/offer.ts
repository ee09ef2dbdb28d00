/** From a feed to a new version, a question before each step: nothing is downloaded or installed unasked or unverified. */
import { fail } from '../../../core/base/error.ts'
import { isNewer, releaseName, verifyFile, verifyRelease, type Release } from './release.ts'

/** What fetches and installs the files of a verified release. */
export interface Installer {
  /** Whether this copy of the app can be replaced at all: a portable folder cannot. */
  works(): boolean
  /** Downloads the file for this system; gives the paths of what it downloaded. */
  download(release: Release): Promise<string[]>
  /** Replaces the app and starts the new one; the caller has put everything in order. */
  install(): void
}

export interface OfferParts {
  /** PEM of the publisher's public key; null where the app has none. */
  key: string | null
  target: string
  /** The version that runs. */
  version: string
  /** A file of the feed. */
  read(name: string): Promise<Uint8Array>
  installer: Installer
  ask: { download(version: string): Promise<boolean>; restart(version: string): Promise<boolean> }
  /** Closes the app in order, then calls back; does not where the person stays. */
  leave(then: () => void): Promise<void>
}

/** `none`: nothing newer, or this copy cannot be replaced. */
export type Outcome = 'none' | 'declined' | 'later' | 'installing'

/**
 * Looks for a newer version once, asks before downloading it and again before installing it. Rejects with `unsupported`
 * where no key ships with the app, and with `bad-data` or `mismatch` where anything is not as the publisher signed it.
 */
export async function offerUpdate(parts: OfferParts): Promise<Outcome> {
  const { key, target, version, read, installer, ask, leave } = parts
  if (key === null)
    return fail(
      'unsupported',
      'updates are off: a feed is named in update.json, but no key to verify updates with ships with this app (resources/update-key.pem)',
    )
  if (!installer.works()) return 'none'
  const name = releaseName(target)
  const [bytes, signature] = await Promise.all([read(name), read(`${name}.sig`)])
  const release = verifyRelease(bytes, Buffer.from(signature).toString('latin1'), { key, target })
  if (!isNewer(release.version, version)) return 'none'
  if (!(await ask.download(release.version))) return 'declined'
  const paths = await installer.download(release)
  if (paths.length === 0) return fail('bad-data', 'the update holds no file for this kind of installation')
  const verifyAll = async (): Promise<void> => {
    for (const path of paths) await verifyFile(path, release)
  }
  await verifyAll()
  if (!(await ask.restart(release.version))) return 'later'
  await verifyAll() // the question may have stood for hours
  await leave(() => installer.install())
  return 'installing'
}
