/** The safetensors format: an 8-byte length, a JSON header, and the tensors' bytes, little-endian and row-major. */
import { fail, messageOf } from '../base/error.ts'
import { isCount, isRecord } from '../base/plain.ts'
import type { DataType } from './model.ts'
import { elements, elementSize, toFloat32, type FloatArray } from './tensor.ts'
import { fromUtf8, toUtf8 } from './utf8.ts'

/** The contents of a file. */
export interface SafetensorsFile {
  tensors: Map<string, FloatArray>
  metadata: Record<string, string>
}

/** The reference implementation's limit; a longer header is refused by other readers too. */
const maxHeaderBytes = 100_000_000
const maxTensors = 1_000_000
const maxRank = 32

const floatTypes: Record<string, DataType> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
}

/**
 * Float32 tensors with optional metadata (strings only) as one file. Tensors lie in the map's order without gaps; the
 * header is padded with spaces so that the data start at a multiple of 8 bytes. Rejects with code `usage` a shape that
 * does not fit its data and the reserved name `__metadata__`.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, FloatArray>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  // An object without a prototype, so that a tensor called `__proto__` is an ordinary entry.
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata
  let offset = 0
  for (const [name, { shape, data }] of tensors) {
    if (name === '__metadata__')
      fail('usage', 'a tensor cannot be called "__metadata__" in a safetensors file')
    if (elements(shape) !== data.length)
      fail('usage', `tensor "${name}" has ${data.length} values for shape [${shape.join(', ')}]`)
    const end = offset + data.byteLength
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = toUtf8(JSON.stringify(header))
  const padded = Math.ceil(json.length / 8) * 8
  if (padded > maxHeaderBytes) fail('usage', `the header would have ${padded} bytes, over ${maxHeaderBytes}`)
  const bytes = new Uint8Array(8 + padded + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(json, 8)
  bytes.fill(0x20, 8 + json.length, 8 + padded)
  let at = 8 + padded
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

type Entries = Record<string, unknown>
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount)

/** The header's length, from the first 8 bytes. */
function headerLength(bytes: Uint8Array, refuse: (reason: string) => never): number {
  if (bytes.length < 8) refuse(`${bytes.length} bytes are too few for a header`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length < 2n) refuse(`its header claims ${length} bytes, too few for JSON`)
  if (length > BigInt(maxHeaderBytes))
    refuse(`its header claims ${length} bytes, over the limit ${maxHeaderBytes}`)
  return Number(length)
}

/** The header's entries and the bytes behind it. */
function split(bytes: Uint8Array, refuse: (reason: string) => never): { entries: Entries; body: Uint8Array } {
  const length = headerLength(bytes, refuse)
  const end = 8 + length
  if (end > bytes.length) refuse(`its header claims ${length} bytes, but the file ends after ${bytes.length}`)
  let entries: unknown
  try {
    entries = JSON.parse(fromUtf8(bytes.subarray(8, end)))
  } catch (error) {
    refuse(`its header is not JSON (${messageOf(error)})`)
  }
  if (!isRecord(entries)) return refuse('its header is not a JSON object')
  return { entries, body: bytes.subarray(end) }
}

function readMetadata(value: unknown, refuse: (reason: string) => never): Record<string, string> {
  if (value === undefined) return {}
  if (!isRecord(value)) return refuse('its metadata is not an object')
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string') refuse(`metadata "${key}" is not a string`)
  return value as Record<string, string>
}

interface Placed {
  name: string
  type: DataType
  shape: number[]
  start: number
  end: number
}

/** One tensor's entry, checked against its own shape. */
function readEntry(name: string, entry: unknown, refuse: (reason: string) => never): Placed {
  if (!isRecord(entry)) return refuse(`tensor "${name}" has no entry of the right form`)
  const { dtype, shape, data_offsets: offsets } = entry
  const type = typeof dtype === 'string' && Object.hasOwn(floatTypes, dtype) ? floatTypes[dtype] : undefined
  if (!type)
    return refuse(
      `tensor "${name}" is of type ${typeof dtype === 'string' ? dtype.slice(0, 100) : typeof dtype}; only F64, F32, F16 and BF16 can be read`,
    )
  if (!isCounts(shape) || shape.length > maxRank) return refuse(`tensor "${name}" has no valid shape`)
  if (!isCounts(offsets) || offsets.length !== 2) return refuse(`tensor "${name}" has no valid offsets`)
  const [start, end] = offsets as [number, number]
  const size = elements(shape) * elementSize(type)
  if (end - start !== size)
    return refuse(`tensor "${name}" lies in ${end - start} bytes, but [${shape.join(', ')}] takes ${size}`)
  return { name, type, shape, start, end }
}

const refusal =
  (file: string) =>
  (reason: string): never =>
    fail('bad-data', `${file} is not a safetensors file that can be read: ${reason}`, { file, reason })

/** Throws as {@link decodeSafetensors} does where the first 8 bytes of a file cannot be those of one. */
export function checkSafetensorsHead(bytes: Uint8Array, file: string): void {
  headerLength(bytes, refusal(file))
}

/**
 * Reads a file's tensors as float32 (from F32, F16, BF16, F64) and its metadata. Throws `bad-data`, with `file` in the
 * message, for any violation of the format: a header over 100 MB, text that is not JSON, other element types, tensors
 * that leave the file, overlap, or leave gaps. Float32 data may be views into `bytes`.
 */
export function decodeSafetensors(bytes: Uint8Array, file = 'the file'): SafetensorsFile {
  const refuse = refusal(file)
  // A plain view, because the `slice` of a Node Buffer does not copy and may be unaligned.
  const { entries, body } = split(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), refuse)
  const names = Object.keys(entries).filter(name => name !== '__metadata__')
  if (names.length > maxTensors) refuse(`it lists ${names.length} tensors, over the limit ${maxTensors}`)
  const placed = names.map(name => readEntry(name, entries[name], refuse))
  let at = 0
  for (const { name, start, end } of [...placed].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== at) refuse(`tensor "${name}" starts at byte ${start} of the data, where ${at} was expected`)
    at = end
  }
  if (at !== body.length) refuse(`its tensors take ${at} bytes, but ${body.length} follow the header`)
  const tensors = new Map<string, FloatArray>()
  for (const { name, type, shape, start, end } of placed)
    tensors.set(name, {
      shape,
      data: toFloat32({ dataType: type, dims: shape, raw: body.subarray(start, end) }),
    })
  return { tensors, metadata: readMetadata(entries['__metadata__'], refuse) }
}
