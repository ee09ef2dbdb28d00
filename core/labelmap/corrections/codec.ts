/**
 * A correction layer as bytes. Little-endian; "RLCL", a version byte, the edits' ids (count; length and ASCII of each),
 * the cells (count; gap to the one before, count of entries), of each entry the gap to the class before, the edit's
 * number, a kind (0 removed, 1 float32, 2 float64) and the logit; at the end the CRC-32 of all before. Integers are
 * LEB128.
 */
import { fail } from '../../base/error.ts'
import type { LayerEntry } from '../../contract/api/corrections.ts'
import { byteReader, putVarint } from '../codec/bytes.ts'
import type { ByteReader } from '../codec/bytes.ts'
import { crc32 } from '../codec/crc32.ts'
import { layerSize } from './layer.ts'
import type { CorrectionLayer } from './layer.ts'

const magic = [0x52, 0x4c, 0x43, 0x4c]
const version = 1

/** Limits of a layer that is written or read: entries, cell and class. */
const layerLimits = { entries: 1 << 22, cell: 1 << 24, class: 1 << 24 }

const editPattern = /^[\w-]{8,64}$/

/** The layer's bytes; equal layers give equal bytes. Throws 'usage' if it exceeds {@link layerLimits}. */
export function encodeLayer(layer: CorrectionLayer): Uint8Array {
  const size = layerSize(layer)
  if (size > layerLimits.entries)
    fail('usage', `${size} corrections of one image are more than the limit of ${layerLimits.entries}`)
  const numbers = new Map<string, number>()
  const body: number[] = []
  const float = new DataView(new ArrayBuffer(8))
  putVarint(body, layer.size)
  let last = -1
  for (const cell of [...layer.keys()].sort((a, b) => a - b)) {
    const entries = [...layer.get(cell)!].sort(([a], [b]) => a - b)
    putVarint(body, cell - last - 1)
    putVarint(body, entries.length)
    last = cell
    let lastClass = -1
    for (const [id, { logit, edit }] of entries) {
      const number = numbers.get(edit) ?? numbers.size
      numbers.set(edit, number)
      putVarint(body, id - lastClass - 1)
      putVarint(body, number)
      lastClass = id
      const kind = logit === null ? 0 : Math.fround(logit) === logit ? 1 : 2
      body.push(kind)
      if (logit === null) continue
      if (kind === 1) float.setFloat32(0, logit, true)
      else float.setFloat64(0, logit, true)
      for (let i = 0; i < 4 * kind; i++) body.push(float.getUint8(i))
    }
  }
  const head: number[] = [...magic, version]
  putVarint(head, numbers.size)
  for (const edit of numbers.keys()) head.push(edit.length, ...[...edit].map(letter => letter.charCodeAt(0)))
  const bytes = new Uint8Array(head.length + body.length + 4)
  bytes.set(head)
  bytes.set(body, head.length)
  new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true)
  return bytes
}

const bad = (reason: string): never =>
  fail('bad-label-map', `a correction layer cannot be trusted: ${reason}`)

/**
 * Back from {@link encodeLayer}. Throws 'bad-label-map' for anything that the encoder would not write, 'unsupported'
 * for a newer version.
 */
export function decodeLayer(bytes: Uint8Array): CorrectionLayer {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) bad('it does not begin like one')
  const content = bytes.subarray(0, -4)
  const checksum = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(
    content.length,
    true,
  )
  if (crc32(content) !== checksum) bad('its checksum does not match')
  if (bytes[4] !== version)
    fail('unsupported', `a correction layer has format ${bytes[4]}, this program knows ${version}; update it`)
  const reader = byteReader(content)
  reader.at = 5
  const edits = readEdits(reader)
  const layer = new Map<number, Map<number, LayerEntry>>()
  let room = layerLimits.entries
  let cell = -1
  for (let left = reader.varint(); left > 0; left--) {
    cell += reader.varint() + 1
    const count = reader.varint()
    room -= count
    if (cell > layerLimits.cell || count < 1 || room < 0) bad('its cells are out of range')
    layer.set(cell, readEntries(reader, count, edits))
  }
  if (reader.at !== content.length) bad('there is something behind its end')
  return layer
}

function readEdits(reader: ByteReader): string[] {
  const edits: string[] = []
  for (let left = reader.varint(); left > 0; left--) {
    const edit = String.fromCharCode(...reader.take(reader.byte()))
    if (!editPattern.test(edit)) bad('an id of an edit is malformed')
    edits.push(edit)
  }
  return edits
}

function readEntries(reader: ByteReader, count: number, edits: string[]): Map<number, LayerEntry> {
  const entries = new Map<number, LayerEntry>()
  let id = -1
  for (let i = 0; i < count; i++) {
    id += reader.varint() + 1
    const edit = edits[reader.varint()] ?? bad('it names an edit that it does not list')
    const kind = reader.byte()
    if (id > layerLimits.class || kind > 2) bad('an entry is out of range')
    entries.set(id, { logit: readLogit(reader, kind), edit })
  }
  return entries
}

function readLogit(reader: ByteReader, kind: number): number | null {
  if (kind === 0) return null
  const part = reader.take(4 * kind)
  const view = new DataView(part.buffer, part.byteOffset, part.length)
  const logit = kind === 1 ? view.getFloat32(0, true) : view.getFloat64(0, true)
  return Math.abs(logit) <= 65504 ? logit : bad('a logit is out of range')
}
