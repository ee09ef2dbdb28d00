/** Parses protobuf messages with limits, and builds them without copying large parts. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

export { BinaryReader, WireType }

/** Limits for hostile files; real models stay far below each of them. */
export const limits = {
  /** Graphs inside graphs (If, Loop, Scan). */
  depth: 16,
  /** Bytes of a name, an operator or a symbol. */
  name: 65_536,
  /** Nodes, initializers or value infos of one file. */
  items: 4_000_000,
  /** Dimensions of a tensor or value. */
  rank: 64,
}

/** A reason why bytes are not a readable model; `decodeModel` turns it into an error that names the file. */
export class BadBytes extends Error {
  /** Whether the data end before their stated length. */
  readonly truncated: boolean

  constructor(message: string, truncated = false) {
    super(message)
    this.truncated = truncated
  }
}

/** The tag of a field on the wire. */
export const tag = (field: number, type: WireType): number => (field << 3) | type

/** A varint field's tag. */
export const varint = (field: number): number => tag(field, WireType.Varint)

/** The tag of a field with a length (text, bytes, message, packed numbers). */
export const sized = (field: number): number => tag(field, WireType.LengthDelimited)

/** Joins pieces; without a copy if there is only one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array | undefined {
  if (pieces.length < 2) return pieces[0]
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/**
 * Calls `take` with the tag of each field; it reads the value from the reader and returns true, or returns false for a
 * field it does not know. Returns the encoded unknown fields, as a view if they are contiguous. Throws on bytes that
 * are not a protobuf message.
 */
export function eachField(
  bytes: Uint8Array,
  take: (tag: number, reader: BinaryReader) => boolean,
): Uint8Array | undefined {
  const reader = new BinaryReader(bytes)
  const unknown: Uint8Array[] = []
  let unknownStart = -1
  let unknownEnd = -1
  while (reader.pos < bytes.length) {
    const start = reader.pos
    const [field, type] = reader.tag()
    const known = take((field << 3) | type, reader)
    if (!known) {
      reader.skip(type, field)
      if (unknownEnd !== start) {
        if (unknownEnd >= 0) unknown.push(bytes.subarray(unknownStart, unknownEnd))
        unknownStart = start
      }
      unknownEnd = reader.pos
    }
    if (reader.pos > bytes.length) throw new BadBytes('a field reaches beyond its message', true)
  }
  if (unknownEnd >= 0) unknown.push(bytes.subarray(unknownStart, unknownEnd))
  return joined(unknown)
}

/** A field's bytes as a view. */
export function takeBytes(reader: BinaryReader): Uint8Array {
  try {
    return reader.bytes()
  } catch (error) {
    if (error instanceof RangeError) throw new BadBytes('a field ends before its stated length', true)
    throw error
  }
}

/** A name: UTF-8 text of limited length. */
export function takeName(reader: BinaryReader): string {
  return takeText(reader, limits.name)
}

/** UTF-8 text. */
export function takeText(reader: BinaryReader, limit = Infinity): string {
  const start = reader.pos
  const bytes = takeBytes(reader)
  if (bytes.length > limit) throw new BadBytes(`a name of ${bytes.length} bytes (the limit is ${limit})`)
  reader.pos = start
  try {
    return reader.string(true)
  } catch {
    throw new BadBytes('a text is not UTF-8')
  }
}

/** An int64 as a number; refuses values that a number cannot represent. */
export function takeInteger(reader: BinaryReader): number {
  const value = Number(reader.int64())
  if (!Number.isSafeInteger(value)) throw new BadBytes(`the number ${value} is beyond 2^53`)
  return value
}

/** Builds a message as a list of pieces: small fields are collected, large byte arrays are referenced. */
export interface MessageWriter {
  varint(field: number, value: number | bigint): void
  float(field: number, value: number): void
  text(field: number, value: string): void
  bytes(field: number, value: Uint8Array): void
  message(field: number, build: (writer: MessageWriter) => void): void
  /** Fields that are encoded already. */
  raw(encoded: Uint8Array | undefined): void
  finish(): { parts: Uint8Array[]; length: number }
}

/** Below this size, copying is cheaper than a separate piece. */
const largeBytes = 4096

/** A new message. */
export function messageWriter(): MessageWriter {
  const parts: Uint8Array[] = []
  const small = new BinaryWriter()
  let pending = false
  let length = 0

  function flush(): void {
    if (!pending) return
    const part = small.finish()
    parts.push(part)
    length += part.length
    pending = false
  }
  function append(bytes: Uint8Array): void {
    if (bytes.length < largeBytes) {
      if (bytes.length > 0) pending = true
      small.raw(bytes)
      return
    }
    flush()
    parts.push(bytes)
    length += bytes.length
  }
  function head(field: number, type: WireType): BinaryWriter {
    pending = true
    return small.tag(field, type)
  }

  return {
    varint: (field, value) => void head(field, WireType.Varint).int64(BigInt(value)),
    float: (field, value) => void head(field, WireType.Bit32).float(clampFloat(value)),
    text: (field, value) => void head(field, WireType.LengthDelimited).string(value),
    bytes(field, value) {
      head(field, WireType.LengthDelimited).uint32(value.length)
      append(value)
    },
    message(field, build) {
      const child = messageWriter()
      build(child)
      const encoded = child.finish()
      head(field, WireType.LengthDelimited).uint32(encoded.length)
      encoded.parts.forEach(append)
    },
    raw: encoded => encoded && append(encoded),
    finish() {
      flush()
      return { parts, length }
    },
  }
}

/** A float beyond float32's range becomes infinite, as a cast would make it. */
const clampFloat = (value: number): number => Math.fround(value)
