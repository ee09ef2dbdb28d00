/** Where updates come from: off until a feed is named in `update.json` beside the app's resources. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from 'electron'
import { z } from 'zod'
import { fail } from '../../../core/base/error.ts'
import { readText } from '../../../core/base/files/read.ts'
import { parseJson } from '../../../core/base/json.ts'

/** Bytes. */
const largest = 2 ** 20

const feed = z.object({ provider: z.literal('generic'), url: z.url({ protocol: /^https$/ }) })

/** Address of the configured feed, ending in '/', or undefined: then nothing is asked of any server. */
export function updateFeed(resources: string): string | undefined {
  const file = join(resources, 'update.json')
  if (!existsSync(file)) return undefined
  const parsed = feed.safeParse(
    parseJson(readText(file, { what: 'an update feed (JSON)', maxBytes: largest }), file),
  )
  return parsed.success ? parsed.data.url.replace(/\/*$/, '/') : undefined
}

/** The publisher's public key as it ships inside the asar, or null. */
export function updateKey(appRoot: string): string | null {
  const file = join(appRoot, 'resources', 'update-key.pem')
  return existsSync(file) ? readText(file, { what: 'a public key', maxBytes: largest }) : null
}

/** Reads small files of a feed; rejects with `not-found` or `bad-data`. */
export function feedReader(
  url: string,
  session: Pick<Session, 'fetch'>,
): (name: string) => Promise<Uint8Array> {
  return async name => {
    const address = new URL(encodeURIComponent(name), url).href
    const answer = await session.fetch(address, { signal: AbortSignal.timeout(30_000) })
    if (!answer.ok || !answer.body)
      return fail('not-found', `the update feed has no ${address} (${answer.status})`)
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      pieces.push(piece)
      if ((bytes += piece.length) > largest)
        return fail('bad-data', `${address} is too large for what it should be`)
    }
    return Buffer.concat(pieces)
  }
}
