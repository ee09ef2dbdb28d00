/** A label map as it comes over the wire (core/contract/api/urls.ts). */
import { fail } from '../../core/base/error.ts'
import type { LabelMap } from '../../core/labelmap/label-map.ts'
import { validateLabelMap } from '../../core/labelmap/validate.ts'

/** Reads the bytes; throws 'bad-label-map' if they are not a map of at most `classes` classes. */
export function readMapBytes(bytes: ArrayBuffer, classes: number): LabelMap {
  const head = bytes.byteLength >= 16 ? new DataView(bytes) : short(bytes.byteLength)
  const [K, H, W, width] = [0, 4, 8, 12].map(at => head.getUint32(at, true)) as [
    number,
    number,
    number,
    number,
  ]
  const count = K * H * W
  const logitsAt = 16 + Math.ceil((count * width) / 4) * 4
  if ((width !== 2 && width !== 4) || logitsAt + count * 4 !== bytes.byteLength) short(bytes.byteLength)
  const map: LabelMap = {
    shape: [K, H, W],
    ids: width === 2 ? new Uint16Array(bytes, 16, count) : new Uint32Array(bytes, 16, count),
    logits: new Float32Array(bytes, logitsAt, count),
  }
  validateLabelMap(map, { classes })
  return map
}

function short(length: number): never {
  return fail('bad-label-map', `the backend's answer of ${length} bytes is not a label map; reload the page`)
}
