/** Finding a class by what is typed. */
import { describe, expect, it } from 'vitest'
import { findClasses, isPlain, searchClasses } from '../../../renderer/ui/search-classes.ts'

const list = (...names: string[]): { index: number; name: string; short: string; wnid: string }[] =>
  names.map((name, index) => ({
    index,
    name,
    short: name.split(',')[0]!,
    wnid: `n0${String(2130000 + index)}`,
  }))
const shorts = (classes: ReturnType<typeof list>, typed: string, nearby?: number[]): string[] =>
  searchClasses(classes, typed, nearby).map(one => one.short)

const cats = list('tiger cat', 'cat', 'Persian cat', 'scatter', 'dog')
const bears = list(
  'bearskin, busby, shako',
  'ice bear, polar bear',
  'American black bear, black bear, Ursus americanus',
  'koala, koala bear, kangaroo bear',
  'brown bear, bruin, Ursus arctos',
  'sloth bear, Melursus ursinus',
  'wooden spoon, forbearing',
)

describe('searchClasses', () => {
  it('puts the whole name first, then whole words, then beginnings, then any part, each in their order', () => {
    expect(shorts(cats, 'CAT')).toEqual(['cat', 'tiger cat', 'Persian cat', 'scatter'])
    expect(shorts(cats, ' per')).toEqual(['Persian cat'])
    expect(shorts(bears, 'bear')).toEqual([
      'ice bear',
      'American black bear',
      'brown bear',
      'sloth bear',
      'koala',
      'bearskin',
      'wooden spoon',
    ])
  })

  it('finds by every synonym, by words in any order, by number and by WordNet id', () => {
    expect(shorts(bears, 'ursus')).toEqual(['American black bear', 'brown bear', 'sloth bear'])
    expect(shorts(bears, 'bruin')).toEqual(['brown bear'])
    expect(shorts(bears, 'bear am')).toEqual(['American black bear'])
    expect(shorts(bears, 'n02130004')).toEqual(['brown bear'])
    expect(shorts(bears, 'n0213')).toHaveLength(bears.length)
    expect(shorts(cats, '4')).toEqual(['dog'])
  })

  it('finds everything for nothing, nothing for what is not there', () => {
    expect(shorts(cats, '')).toHaveLength(5)
    expect(shorts(cats, 'zebra')).toEqual([])
  })

  it('puts nearby classes first where they match a word, but not before an exact name or for a mere part', () => {
    expect(shorts(cats, '', [4, 2])).toEqual(['dog', 'Persian cat', 'tiger cat', 'cat', 'scatter'])
    expect(shorts(cats, 'cat', [2, 3])).toEqual(['cat', 'Persian cat', 'tiger cat', 'scatter'])
    expect(shorts(bears, 'bear', [0, 5])).toEqual([
      'bearskin',
      'sloth bear',
      'ice bear',
      'American black bear',
      'brown bear',
      'koala',
      'wooden spoon',
    ])
  })
})

describe('isPlain', () => {
  it('is the only one, or the only one of exactly this name', () => {
    const plain = (typed: string): boolean => isPlain(findClasses(cats, typed))
    expect([plain('cat'), plain('dog'), plain('scat')]).toEqual([true, true, true])
    expect([plain('c'), plain('zebra'), plain('')]).toEqual([false, false, false])
    expect(isPlain(findClasses(list('crane', 'crane'), 'crane'))).toBe(false)
  })
})
