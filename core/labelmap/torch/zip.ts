/** The stored (uncompressed) entries of a zip file, as torch.save writes them; nothing is unpacked. */
import { fail } from '../../base/error.ts'
import { decodeUtf8 } from './text.ts'
import { crc32 } from '../codec/crc32.ts'

const maxEntries = 1000
const signature = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50 }

/** Name → bytes (views) of every file in the archive. Throws 'bad-label-map' for anything that torch.save does not write. */
export function readStoredZip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  const size = view.getUint32(end + 12, true)
  let at = view.getUint32(end + 16, true)
  if (count > maxEntries || at + size > end) fail('bad-label-map', 'the zip file’s directory makes no sense')
  const entries = new Map<string, Uint8Array>()
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== signature.central)
      fail('bad-label-map', 'the zip file’s directory is damaged')
    const nameLength = view.getUint16(at + 28, true)
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    if (next > end) fail('bad-label-map', 'the zip file’s directory is damaged')
    const name = decodeUtf8(bytes.subarray(at + 46, at + 46 + nameLength))
    if (entries.has(name)) fail('bad-label-map', `the zip file holds "${name}" twice`)
    entries.set(name, readEntry(view, at, name))
    at = next
  }
  return entries
}

/** Where the end record begins; it may be followed by a comment of up to 65,535 bytes. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= 0 && at >= view.byteLength - 22 - 65535; at--)
    if (view.getUint32(at, true) === signature.end) return at
  return fail('bad-label-map', 'the zip file has no directory: it is truncated, download or save it again')
}

function readEntry(view: DataView, at: number, name: string): Uint8Array {
  const flags = view.getUint16(at + 8, true)
  const method = view.getUint16(at + 10, true)
  const packed = view.getUint32(at + 20, true)
  const size = view.getUint32(at + 24, true)
  const local = view.getUint32(at + 42, true)
  if (flags & 1) fail('bad-label-map', `"${name}" in the zip file is encrypted`)
  if (method !== 0 || packed !== size)
    fail(
      'bad-label-map',
      `"${name}" in the zip file is compressed, which torch.save never does; save the map again with torch.save`,
    )
  if (local + 30 > view.byteLength || view.getUint32(local, true) !== signature.local)
    fail('bad-label-map', `"${name}" is not where the zip file’s directory says`)
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  if (from + size > view.byteLength) fail('bad-label-map', `"${name}" reaches beyond the end of the zip file`)
  const content = new Uint8Array(view.buffer, view.byteOffset + from, size)
  if (crc32(content) !== view.getUint32(at + 16, true))
    fail('bad-label-map', `"${name}" in the zip file is damaged: its checksum does not match`)
  return content
}
