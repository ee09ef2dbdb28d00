/** Layers as bytes and lists: every layer comes back, every damage is found. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../../core/labelmap/codec/crc32.ts'
import {
  decodeLayer,
  emptyLayer,
  encodeLayer,
  layerFromList,
  layerToList,
  type LayerList,
} from '../../../../core/labelmap/corrections/index.ts'

const someList: fc.Arbitrary<LayerList> = fc
  .uniqueArray(
    fc.record({
      cell: fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 1 << 24 })),
      class: fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: 1 << 24 })),
      entry: fc.record({
        logit: fc.oneof(
          fc.constant(null),
          fc.double({ min: -65504, max: 65504, noNaN: true }).map(z => z + 0),
          fc.float({ min: -65504, max: 65504, noNaN: true }).map(z => z + 0),
        ),
        edit: fc.stringMatching(/^[\w-]{8,64}$/),
      }),
    }),
    { selector: one => `${one.cell},${one.class}`, maxLength: 40 },
  )
  .map(list => list.sort((a, b) => a.cell - b.cell || a.class - b.class))

/** With a checksum that fits. */
function sealed(bytes: number[]): Uint8Array {
  const all = new Uint8Array(bytes.length + 4)
  all.set(bytes)
  new DataView(all.buffer).setUint32(bytes.length, crc32(all.subarray(0, -4)), true)
  return all
}

describe('a layer', () => {
  it('comes back from its list and from its bytes exactly, in whatever order it was made', () => {
    fc.assert(
      fc.property(someList, list => {
        const layer = layerFromList(list)
        expect(layerToList(layer)).toEqual(list)
        const bytes = encodeLayer(layer)
        expect(layerToList(decodeLayer(bytes))).toEqual(list)
        expect(encodeLayer(layerFromList([...list].reverse()))).toEqual(bytes)
      }),
    )
  })

  it('takes about ten bytes per entry', () => {
    const list = Array.from({ length: 225 }, (_, cell) => ({
      cell,
      class: 7,
      entry: { logit: 12.5, edit: 'edit-00000001' },
    }))
    expect(encodeLayer(layerFromList(list)).length).toBeLessThan(2300)
    expect(encodeLayer(emptyLayer).length).toBe(11)
  })

  it('with any damaged byte, cut, or lengthened is refused', () => {
    const list = Array.from({ length: 5 }, (_, cell) => ({
      cell,
      class: cell,
      entry: { logit: cell / 3, edit: `edit-000${cell % 2}` },
    }))
    const bytes = encodeLayer(layerFromList(list))
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice()
      damaged[at]! ^= 1 << (at % 8)
      expect(() => decodeLayer(damaged)).toThrow(expect.objectContaining({ code: 'bad-label-map' }))
      expect(() => decodeLayer(bytes.subarray(0, at))).toThrow(
        expect.objectContaining({ code: 'bad-label-map' }),
      )
    }
    expect(() => decodeLayer(sealed([...bytes]))).toThrow(/behind its end/)
  })

  it('made with malice is refused', () => {
    const head = [...new TextEncoder().encode('RLCL'), 1]
    const edit = [1, 8, ...new TextEncoder().encode('edit-000')]
    const varint = (n: number) => [(n & 127) | 128, ((n >> 7) & 127) | 128, ((n >> 14) & 127) | 128, n >> 21]
    const cases: [number[], RegExp][] = [
      [[...head.slice(0, 4), 2, 0, 0], /format 2/],
      [[...head, 1, 8, ...new TextEncoder().encode('edit 000'), 0], /malformed/],
      [[...head, 0, 1, 0, 1, 0, 0, 0], /names an edit/],
      [[...head, ...edit, 1, 0, 0], /out of range/],
      [[...head, ...edit, 1, 0, ...varint((1 << 22) + 1)], /out of range/],
      [[...head, ...edit, 1, ...varint((1 << 24) + 1), 1, 0, 0, 0], /out of range/],
      [[...head, ...edit, 1, 0, 1, ...varint((1 << 24) + 1), 0, 0], /out of range/],
      [[...head, ...edit, 1, 0, 1, 0, 0, 3], /out of range/],
      [[...head, ...edit, 1, 0, 1, 0, 0, 1, 0, 0, 0xc0, 0x7f], /logit/],
      [[...head, ...edit, 1, 0, 1, 0, 0, 1, 0, 0], /too early/],
      [[...head, ...edit, ...varint(1 << 27)], /too early/],
    ]
    for (const [bytes, message] of cases) expect(() => decodeLayer(sealed(bytes))).toThrow(message)
    const twice = { cell: 1, class: 2, entry: { logit: 1, edit: 'edit-000' } }
    expect(() => layerFromList([twice, twice])).toThrow(/twice/)
  })
})
