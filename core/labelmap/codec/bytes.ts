/** Little-endian bytes with variable-length integers: the plain parts of a record. */
import { fail } from '../../base/error.ts'

/** Reads a byte array from front to back; every call throws 'bad-label-map' at the end. */
export interface ByteReader {
  at: number
  byte(): number
  /** An unsigned LEB128 integer of at most 32 bits. */
  varint(): number
  float32(): number
  take(count: number): Uint8Array
  rest(): Uint8Array
}

/** A reader over `bytes`; it returns views. */
export function byteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const reader: ByteReader = {
    at: 0,
    byte() {
      if (reader.at >= bytes.length) fail('bad-label-map', 'a record ends too early')
      return bytes[reader.at++]!
    },
    varint() {
      let value = 0
      for (let shift = 0; shift < 35; shift += 7) {
        const byte = reader.byte()
        value += (byte & 127) * 2 ** shift
        if (byte < 128) {
          if (value > 0xffffffff) break
          return value
        }
      }
      return fail('bad-label-map', 'a record holds a number that is too large')
    },
    float32() {
      reader.take(4)
      return view.getFloat32(reader.at - 4, true)
    },
    take(count) {
      if (count > bytes.length - reader.at) fail('bad-label-map', 'a record ends too early')
      reader.at += count
      return bytes.subarray(reader.at - count, reader.at)
    },
    rest: () => reader.take(bytes.length - reader.at),
  }
  return reader
}

/** Appends an unsigned LEB128 integer (0 … 2^32 − 1) to `out`. */
export function putVarint(out: number[], value: number): void {
  let rest = value
  while (rest >= 128) {
    out.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
}

/** Appends a float32 to `out`. */
export function putFloat32(out: number[], value: number): void {
  out.push(...new Uint8Array(Float32Array.of(value).buffer))
}

/** All parts in one array. */
export function concat(parts: readonly ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
