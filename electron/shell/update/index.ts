/** Looking for an update at the start of the app. */
import { session } from 'electron'
import { updateFeed, feedReader, updateKey } from './feed.ts'
import { createInstaller } from './installer.ts'
import { offerUpdate, type OfferParts, type Outcome } from './offer.ts'
import { targetHere } from './release.ts'

export interface LookParts extends Pick<OfferParts, 'ask' | 'leave' | 'version'> {
  /** The folder of `update.json`. */
  resources: string
  /** The asar, which holds the key. */
  appRoot: string
}

/** Looks for an update where a feed is named, and offers it; `off` where none is. Rejects as {@link offerUpdate} does. */
export async function lookForUpdate(parts: LookParts): Promise<Outcome | 'off'> {
  const url = updateFeed(parts.resources)
  if (url === undefined) return 'off'
  const { default: updater } = await import('electron-updater')
  // Apart from the page's session, which asks no other machine for anything.
  const reach = session.fromPartition('electron-updater', { cache: false })
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const offered = offerUpdate({
    key: updateKey(parts.appRoot),
    target: targetHere(),
    version: parts.version,
    read: feedReader(url, reach),
    installer: createInstaller(url, updater.autoUpdater, failed.reject),
    ask: parts.ask,
    leave: parts.leave,
  })
  return Promise.race([offered, failed.promise])
}
