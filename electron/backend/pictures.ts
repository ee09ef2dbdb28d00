/** Serves thumbnails, images and label maps with the right type and never outdated. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { fail } from '../../core/base/error.ts'
import type { FileStamp } from '../../core/base/files/stamp.ts'
import type { Picture } from '../../core/image/picture.ts'
import { getImage, type ImageRow } from '../../core/project/images.ts'
import type { BackendParts } from './context.ts'

const displaySide = 4096
const tagOf = (...parts: (string | number)[]): string =>
  `"${createHash('sha1').update(parts.join('\n')).digest('base64url')}"`

/** Ids are specific to a project, so the browser has to revalidate each time; the ETag makes that cheap. */
const caching = (etag: string): Record<string, string> => ({ 'cache-control': 'private, no-cache', etag })

const unchanged = (request: Request, etag: string): boolean =>
  (request.headers.get('if-none-match') ?? '').split(/,\s*/).includes(etag)

function numberOf(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : fail('not-found', `there is no image "${text}"`)
}

/** The current file. Rejects with `bad-image` if it is not a file. */
async function stampOf({ file }: ImageRow): Promise<FileStamp> {
  const info = await stat(file).catch(() => null)
  if (info?.isFile()) return { modified: info.mtimeMs, size: info.size }
  const reason = 'the file does not exist'
  return fail('bad-image', `${file}: ${reason}`, { file, reason })
}

type Made = Pick<Picture, 'bytes' | 'type'>

async function answer(
  request: Request,
  row: ImageRow,
  kind: string,
  make: (stamp: FileStamp) => Made | Promise<Made>,
): Promise<Response> {
  const stamp = await stampOf(row)
  const etag = tagOf(row.file, kind, stamp.size, stamp.modified)
  if (unchanged(request, etag)) return new Response(null, { status: 304, headers: caching(etag) })
  const { bytes, type } = await make(stamp)
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': type, ...caching(etag) },
  })
}

/** `side`: 80, 160 or 320. */
export async function thumbnailAnswer(
  request: Request,
  parts: BackendParts,
  id: string,
  text: string,
): Promise<Response> {
  const { project, thumbnails } = parts.session.require()
  const side = [80, 160, 320].find(known => String(known) === text)
  if (side === undefined)
    return fail('not-found', `there are no thumbnails of ${text.slice(0, 20)} pixels; choose 80, 160 or 320`)
  const row = getImage(project, numberOf(id))
  return answer(request, row, `thumbnail ${side}`, async stamp => {
    const kept = thumbnails.get(row.id, side, stamp)
    if (kept) return { bytes: kept, type: 'image/webp' }
    const made = await parts.media.picture({ file: row.file, stamp, kind: 'thumbnail', side }, request.signal)
    thumbnails.put(row.id, side, stamp, made.bytes)
    return made
  })
}

/** The image as browsers can show it. */
export async function displayAnswer(request: Request, parts: BackendParts, id: string): Promise<Response> {
  const row = getImage(parts.session.require().project, numberOf(id))
  return answer(request, row, 'display', stamp =>
    parts.media.picture({ file: row.file, stamp, kind: 'display', side: displaySide }, request.signal),
  )
}

/** The machine's map of an image, in the layout of `core/contract/api/urls.ts`. */
export async function mapAnswer(
  request: Request,
  parts: BackendParts,
  id: string,
  annotation: string,
): Promise<Response> {
  const { project, reader } = parts.session.require()
  const { key } = getImage(project, numberOf(id))
  const bytes = await reader.ask('quick', 'map', { annotation, key }, request.signal)
  const etag = `"${createHash('sha1').update(new Uint8Array(bytes)).digest('base64url')}"`
  if (unchanged(request, etag)) return new Response(null, { status: 304, headers: caching(etag) })
  return new Response(bytes, { headers: { 'content-type': 'application/octet-stream', ...caching(etag) } })
}
