/** Ids: what is one, and the number in it. */
import { describe, expect, it } from 'vitest'
import {
  annotationId,
  annotationIdOf,
  annotationNumber,
  runId,
  runIdOf,
  runNumber,
} from '../../../core/contract/ids.ts'

describe('ids', () => {
  it('hold the number that they were made of', () => {
    for (const number of [1, 42, 999_999_999_999_999]) {
      expect(annotationId.parse(annotationIdOf(number))).toBe(`a${number}`)
      expect(annotationNumber(annotationIdOf(number))).toBe(number)
      expect(runId.parse(runIdOf(BigInt(number)))).toBe(`r${number}`)
      expect(runNumber(runIdOf(BigInt(number)))).toBe(number)
    }
  })

  it('are told from any other text, which has no number that something could have', () => {
    for (const text of [
      '',
      'a',
      'r1',
      'a-1',
      'a1 ',
      ' a1',
      'a1\n',
      'a1.5',
      'a9999999999999999',
      'A1',
      '../a1',
    ]) {
      expect(annotationId.safeParse(text).success).toBe(false)
      expect(annotationNumber(text)).toBe(-1)
    }
    expect(runNumber('a1')).toBe(-1)
  })
})
