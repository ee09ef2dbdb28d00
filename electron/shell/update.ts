/** Updates by electron-updater: wired, and off until a feed is named in `update.json` beside the app's resources. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const feed = z.object({ provider: z.literal('generic'), url: z.url({ protocol: /^https$/ }) })

/** The configured feed, or undefined: then nothing is asked of any server. */
export function updateFeed(resources: string): z.infer<typeof feed> | undefined {
  const file = join(resources, 'update.json')
  if (!existsSync(file)) return undefined
  const parsed = feed.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return parsed.success ? parsed.data : undefined
}

/** Looks for an update once; it is installed when the app quits. Resolves with whether it looked. */
export async function checkForUpdates(resources: string): Promise<boolean> {
  const configured = updateFeed(resources)
  if (!configured) return false
  const { default: updater } = await import('electron-updater')
  updater.autoUpdater.autoDownload = true
  updater.autoUpdater.autoInstallOnAppQuit = true
  updater.autoUpdater.setFeedURL(configured)
  await updater.autoUpdater.checkForUpdates()
  return true
}
