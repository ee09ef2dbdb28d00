/** Label maps over the wire: both widths of ids, and anything that is not a map refused. */
import { expect, test } from 'vitest'
import { readMapBytes } from '../../../renderer/labelmap/map-bytes.ts'

function bytesOf(
  shape: [number, number, number],
  ids: number[],
  logits: number[],
  width: 2 | 4,
): ArrayBuffer {
  const logitsAt = 16 + Math.ceil((ids.length * width) / 4) * 4
  const buffer = new ArrayBuffer(logitsAt + logits.length * 4)
  const view = new DataView(buffer)
  ;[...shape, width].forEach((value, i) => view.setUint32(i * 4, value, true))
  ids.forEach((id, i) =>
    width === 2 ? view.setUint16(16 + i * 2, id, true) : view.setUint32(16 + i * 4, id, true),
  )
  logits.forEach((logit, i) => view.setFloat32(logitsAt + i * 4, logit, true))
  return buffer
}

test('maps with odd counts of short and of long ids are read', () => {
  for (const width of [2, 4] as const) {
    const map = readMapBytes(bytesOf([1, 1, 3], [4, 0, 2], [1.5, -2, 8], width), 5)
    expect(map.shape).toEqual([1, 1, 3])
    expect([...map.ids]).toEqual([4, 0, 2])
    expect([...map.logits]).toEqual([1.5, -2, 8])
  }
})

test('short answers, surplus bytes, unknown classes and broken numbers are refused', () => {
  const good = bytesOf([1, 1, 3], [4, 0, 2], [1, 2, 3], 2)
  expect(() => readMapBytes(good.slice(0, 10), 5)).toThrow(/not a label map/)
  expect(() => readMapBytes(good.slice(0, -4), 5)).toThrow(/not a label map/)
  expect(() => readMapBytes(good, 4)).toThrow(/class 4/)
  expect(() => readMapBytes(bytesOf([1, 1, 1], [0], [NaN], 2), 4)).toThrow(/logit/)
})
