/** The idx reader against hand-made files, good and hostile. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIdx, readIdx } from '../../../../core/dataset/digit-scenes/idx.ts'

function idx(dims: number[], data: number[], type = 8): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dims.length + data.length)
  const view = new DataView(bytes.buffer)
  bytes[2] = type
  bytes[3] = dims.length
  dims.forEach((dim, i) => view.setUint32(4 + 4 * i, dim))
  bytes.set(data, 4 + 4 * dims.length)
  return bytes
}

describe('parseIdx', () => {
  it('reads sizes and elements, also from a view into a larger buffer', () => {
    const file = idx([2, 1, 3], [1, 2, 3, 4, 5, 6])
    const shifted = new Uint8Array(file.length + 3)
    shifted.set(file, 3)
    for (const bytes of [file, shifted.subarray(3)]) {
      const { dims, data } = parseIdx(bytes)
      expect(dims).toEqual([2, 1, 3])
      expect([...data]).toEqual([1, 2, 3, 4, 5, 6])
    }
  })

  it.each([
    ['nothing', new Uint8Array(0), /0 bytes are too few/],
    ['another format', Uint8Array.from([0x89, 0x50, 0x4e, 0x47]), /not an idx file/],
    ['another element type', idx([1], [0, 0, 0, 0], 0x0d), /0xd is not unsigned byte/],
    ['no dimension', idx([], []), /0 dimensions/],
    ['too many dimensions', idx([1, 1, 1, 1, 1], [7]), /5 dimensions/],
    ['a cut header', idx([2, 2], [1, 2, 3, 4]).subarray(0, 9), /within its header/],
    ['a cut body', idx([2, 2], [1, 2, 3]), /need 16 bytes, the file has 15/],
    ['a tail', idx([2], [1, 2, 3]), /need 10 bytes, the file has 11/],
    ['sizes that overflow', idx([0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], []), /more than/],
    ['more than the limit', idx([1 << 16, 1 << 15], []), /more than/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => parseIdx(bytes, 'some.idx')).toThrow(reason)
    expect(() => parseIdx(bytes, 'some.idx')).toThrow(/some\.idx/)
  })

  it('gives an array or a bad-data error for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), tail => {
        const bytes = Uint8Array.from([0, 0, 8, ...tail])
        try {
          const { dims, data } = parseIdx(bytes)
          expect(data.length).toBe(dims.reduce((product, dim) => product * dim, 1))
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-data' })
        }
      }),
    )
  })

  it('names a missing file and the way out', async () => {
    await expect(readIdx('no/such-idx')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/no\/such-idx.*npm ci/) as string,
    })
  })
})
