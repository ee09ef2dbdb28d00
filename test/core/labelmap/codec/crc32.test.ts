import { crc32 as expected } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32 } from '../../../../core/labelmap/codec/crc32.ts'

it('is the checksum of zip files', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  fc.assert(fc.property(fc.uint8Array(), bytes => crc32(bytes) === expected(bytes)))
})
