/** Encodes a label map as bytes and back: the body of a record (docs/label-map-format.md, "The label map"). */
import { fail } from '../../base/error.ts'
import type { LogitMode } from '../../contract/manifest.ts'
import { bitReader, bitWriter } from './bits.ts'
import { byteReader, concat, putFloat32, putVarint } from './bytes.ts'
import type { ByteReader } from './bytes.ts'
import { idBits, putIds, takeIds } from './code-ids.ts'
import { fallsInCells, orderHalf, putLevels, takeLevels, unorderHalf } from './code-logits.ts'
import type { LabelMap } from '../label-map.ts'
import { checkShape, validateLabelMap } from '../validate.ts'

/** A general-purpose compressor (zstd in shards); `size` is the exact size to expect. */
export interface Compression {
  compress(bytes: Uint8Array): Uint8Array
  decompress(bytes: Uint8Array, size: number): Uint8Array
}

const flag = { u8: 1, falling: 2 }
/** Half-precision 14.0, about where an ImageNet classifier's strongest logits lie. */
const halfStart = orderHalf(0x4b00)

/**
 * The bytes of a map. Throws 'bad-label-map' for an invalid map and, in mode `fp16`, for logits beyond
 * ±65504, which half precision cannot hold. The bytes depend on the map, the mode and the compressor only.
 */
export function encodeLabelMap(map: LabelMap, mode: LogitMode, compression: Compression): Uint8Array {
  validateLabelMap(map)
  const { shape } = map
  const range = mode === 'u8' ? rangeOf(map.logits) : { low: 0, step: 0 }
  const levels = mode === 'u8' ? quantize(map.logits, range) : halves(map.logits)
  const falling = fallsInCells(levels, shape[1] * shape[2])
  const width = idBits(map.ids)
  const bits = bitWriter(levels.length * 2)
  const idTokens = putIds(map.ids, shape, width, bits)
  const logitTokens = putLevels(levels, shape, falling, mode === 'u8' ? 128 : halfStart, bits)

  const head: number[] = [(mode === 'u8' ? flag.u8 : 0) | (falling ? flag.falling : 0)]
  for (const side of shape) putVarint(head, side)
  head.push(width)
  if (mode === 'u8') {
    putFloat32(head, range.low)
    putFloat32(head, range.step)
  }
  return concat([head, ...stream(idTokens, compression), ...stream(logitTokens, compression), bits.finish()])
}

/** A map from its bytes; throws 'bad-label-map' for anything that {@link encodeLabelMap} did not write. */
export function decodeLabelMap(bytes: Uint8Array, compression: Compression): LabelMap {
  const reader = byteReader(bytes)
  const flags = reader.byte()
  if (flags > 3) fail('bad-label-map', `a label map has the unknown flags ${flags}`)
  const shape: [number, number, number] = [reader.varint(), reader.varint(), reader.varint()]
  const size = shape[0] * shape[1] * shape[2]
  checkShape(shape, size)
  const width = reader.byte()
  if (width < 1 || width > 32) fail('bad-label-map', `a label map has class ids of ${width} bits`)
  const u8 = (flags & flag.u8) !== 0
  const low = u8 ? reader.float32() : 0
  const step = u8 ? reader.float32() : 0
  if (!Number.isFinite(low) || !Number.isFinite(step))
    fail('bad-label-map', 'a label map has no finite range of logits')
  const idTokens = unstream(reader, size, compression)
  const logitTokens = unstream(reader, size, compression)
  const bits = bitReader(reader.rest())
  const ids = takeIds(idTokens, shape, width, bits)
  const falling = (flags & flag.falling) !== 0
  const range = u8 ? { start: 128, top: 255 } : { start: halfStart, top: 0xffff }
  const levels = takeLevels(logitTokens, shape, { falling, ...range }, bits)
  return { shape, ids, logits: u8 ? dequantize(levels, low, step) : fromHalves(levels) }
}

/** A length and the compressed bytes; length 0 and the bytes themselves if compression does not help. */
function stream(tokens: Uint8Array, compression: Compression): ArrayLike<number>[] {
  const packed = compression.compress(tokens)
  const length: number[] = []
  putVarint(length, packed.length < tokens.length ? packed.length : 0)
  return [length, packed.length < tokens.length ? packed : tokens]
}

function unstream(reader: ByteReader, size: number, compression: Compression): Uint8Array {
  const length = reader.varint()
  if (length === 0) return reader.take(size)
  let tokens: Uint8Array
  const packed = reader.take(length)
  try {
    tokens = compression.decompress(packed, size)
  } catch (error) {
    return fail('bad-label-map', 'a compressed part of a label map cannot be read', {}, error)
  }
  if (tokens.length !== size)
    fail('bad-label-map', `a part of a label map has ${tokens.length} codes instead of ${size}`)
  return tokens
}

function halves(logits: Float32Array): Uint16Array {
  const levels = new Uint16Array(Float16Array.from(logits).buffer)
  for (let i = 0; i < levels.length; i++) {
    if ((levels[i]! & 0x7fff) === 0x7c00)
      fail(
        'bad-label-map',
        `the logit ${logits[i]} is beyond half precision (±65504); store this map with 8-bit logits`,
      )
    levels[i] = orderHalf(levels[i]!)
  }
  return levels
}

function fromHalves(levels: Uint16Array): Float32Array {
  for (let i = 0; i < levels.length; i++) {
    levels[i] = unorderHalf(levels[i]!)
    if ((levels[i]! & 0x7c00) === 0x7c00)
      fail('bad-label-map', 'a label map holds a logit that is not a finite number')
  }
  return Float32Array.from(new Float16Array(levels.buffer))
}

function rangeOf(logits: Float32Array): { low: number; step: number } {
  let low = Infinity
  let high = -Infinity
  for (const z of logits) {
    low = Math.min(low, z)
    high = Math.max(high, z)
  }
  return { low, step: Math.fround((high - low) / 255) }
}

/** The largest logit of a range, as the float32 that a map would hold: infinite if the sum leaves that type's range. */
const top = (low: number, step: number): number => Math.fround(low + 255 * step)

function quantize(logits: Float32Array, { low, step }: { low: number; step: number }): Uint16Array {
  if (!Number.isFinite(top(low, step)))
    fail('bad-label-map', 'the logits of a map span more than single precision can hold')
  return Uint16Array.from(logits, z => (step === 0 ? 0 : Math.min(255, Math.round((z - low) / step))))
}

function dequantize(levels: Uint16Array, low: number, step: number): Float32Array {
  const logits = new Float32Array(levels.length)
  for (let i = 0; i < levels.length; i++) logits[i] = low + levels[i]! * step
  if (!Number.isFinite(top(low, step))) fail('bad-label-map', 'a label map has no finite range of logits')
  return logits
}
