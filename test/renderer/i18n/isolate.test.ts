/** Names in sentences: what they turn around ends with them. */
import { describe, expect, it } from 'vitest'
import { isolated } from '../../../renderer/i18n/isolate.ts'

describe('isolated', () => {
  it('leaves names alone that turn nothing around', () => {
    for (const name of ['cat', '<b>', 'ze\u200Bro', '한국어 漢字 é', '']) expect(isolated(name)).toBe(name)
  })
  it('wraps what is written from right to left or overrides the direction', () => {
    expect(isolated('\u202Egnp.exe')).toBe('\u2068\u202Egnp.exe\u2069')
    expect(isolated('שלום')).toBe('\u2068שלום\u2069')
  })
  it('closes what a name leaves open, and takes out what would end its isolate', () => {
    expect(isolated('a\u2067b')).toBe('\u2068a\u2067b\u2069\u2069')
    expect(isolated('a\u2069b\u2067c\u2069\u2069')).toBe('\u2068ab\u2067c\u2069\u2069')
  })
})
