/** Finding a class by what is typed. */
import { describe, expect, it } from 'vitest'
import { searchClasses } from '../../../renderer/ui/search-classes.ts'

const classes = ['tiger cat', 'cat', 'Persian cat', 'scatter', 'dog'].map((name, index) => ({ index, name }))
const names = (typed: string): string[] => searchClasses(classes, typed).map(one => one.name)

describe('searchClasses', () => {
  it('puts the whole name first, then words, then any part, each in their order', () => {
    expect(names('CAT')).toEqual(['cat', 'tiger cat', 'Persian cat', 'scatter'])
    expect(names(' per')).toEqual(['Persian cat'])
  })

  it('finds by number, everything for nothing, nothing for what is not there', () => {
    expect(names('4')).toEqual(['dog'])
    expect(names('')).toHaveLength(5)
    expect(names('zebra')).toEqual([])
  })
})
