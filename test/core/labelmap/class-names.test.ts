/** Short names. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shortNames } from '../../../core/labelmap/class-names.ts'

test('the first synonym', () => {
  expect(shortNames(['tench, Tinca tinca', 'Granny Smith', ' 7 '])).toEqual(['tench', 'Granny Smith', '7'])
})

test('two classes with one short name are told apart', () => {
  const names = [
    'crane',
    'maillot',
    'maillot, tank suit',
    'crane',
    'Cardigan, Cardigan Welsh corgi',
    'cardigan',
  ]
  const wnids = ['n02012849', 'n03710637', 'n03710721', 'n03126707', 'n02113186', 'n02963159']
  const rest = ['maillot', 'tank suit']
  const dogs = ['Cardigan Welsh corgi', 'cardigan']
  expect(shortNames(names, wnids)).toEqual(['crane n02012849', ...rest, 'crane n03126707', ...dogs])
  expect(shortNames(names)).toEqual(['crane 0', ...rest, 'crane 3', ...dogs])
})

test('of any names, no two short names are alike', () => {
  const name = fc
    .array(fc.constantFrom('a', 'A', 'b', 'a 1', 'b #0', ''), { maxLength: 3 })
    .map(list => list.join(', '))
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), names => {
      const short = shortNames(names)
      expect(new Set(short.map(one => one.toLowerCase())).size).toBe(names.length)
      expect(short.every(one => one !== '')).toBe(true)
    }),
    { numRuns: 500 },
  )
})
