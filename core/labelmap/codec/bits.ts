/** Bit streams, least significant bit first, for the bits of the shard format that compression cannot shorten. */
import { fail } from '../../base/error.ts'

/** Collects bits; `finish` pads the last byte with zeros. */
export interface BitWriter {
  /** Appends the low `count` (0…32) bits of `value`. */
  write(value: number, count: number): void
  finish(): Uint8Array
}

/** Returns bits in the order written. */
export interface BitReader {
  /** The next `count` (0…32) bits as a non-negative integer; throws 'bad-label-map' at the end. */
  read(count: number): number
}

/** A writer with an initial capacity of about `bytes`; it grows as needed. */
export function bitWriter(bytes = 1024): BitWriter {
  let out = new Uint8Array(Math.max(bytes, 16))
  let length = 0
  let pending = 0
  let held = 0
  function put(value: number, count: number): void {
    pending |= value << held
    held += count
    while (held >= 8) {
      if (length === out.length) {
        const larger = new Uint8Array(out.length * 2)
        larger.set(out)
        out = larger
      }
      out[length++] = pending & 255
      pending >>>= 8
      held -= 8
    }
  }
  return {
    write(value, count) {
      if (count > 16) {
        put(value & 0xffff, 16)
        put((value >>> 16) & ((1 << (count - 16)) - 1), count - 16)
      } else {
        put(value & ((1 << count) - 1), count)
      }
    },
    finish() {
      if (held > 0) put(0, 8 - held)
      return out.slice(0, length)
    },
  }
}

/** Reads what {@link bitWriter} wrote. */
export function bitReader(bytes: Uint8Array): BitReader {
  let at = 0
  let pending = 0
  let held = 0
  function take(count: number): number {
    while (held < count) {
      if (at >= bytes.length) fail('bad-label-map', 'a label map ends too early')
      pending |= bytes[at++]! << held
      held += 8
    }
    const value = pending & ((1 << count) - 1)
    pending >>>= count
    held -= count
    return value
  }
  return {
    read(count) {
      if (count <= 16) return take(count)
      const low = take(16)
      return low + take(count - 16) * 65536
    },
  }
}
