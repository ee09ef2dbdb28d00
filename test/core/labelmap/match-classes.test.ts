import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import { sharedFile } from '../../shared.ts'

const named = (...names: string[]) => names.map(name => ({ name }))
const mismatch = expect.objectContaining({ code: 'mismatch' })

describe('matchClasses', () => {
  it('matches by name, whatever the case and the kind of space, many to one', () => {
    const map = matchClasses(
      named('Golden  Retriever', 'tabby, tabby cat', 'zebra'),
      named('cat', 'golden_retriever', 'Tabby Cat'),
    )
    expect(Array.from(map.target)).toEqual([1, 2, -1])
    expect(map).toMatchObject({
      matched: 2,
      unmatched: [2],
      missing: [0],
      identity: false,
      how: ['name', 'name', null],
    })
    const many = matchClasses(named('dog, hound', 'dog, terrier'), named('dog'))
    expect(Array.from(many.target)).toEqual([0, 0])
    expect(many.members[0]).toBe(2)
  })

  it('matches folders that are named by wnid', () => {
    const annotator = [
      { name: 'tench, Tinca tinca', wnid: 'n01440764' },
      { name: 'goldfish', wnid: 'n01443537' },
    ]
    expect(Array.from(matchClasses(annotator, named('n01443537', 'n01440764')).target)).toEqual([1, 0])
  })

  it('does not confuse classes of one name and different wnids', () => {
    const annotator = [
      { name: 'crane', wnid: 'n02012849' },
      { name: 'crane', wnid: 'n03126707' },
    ]
    expect(Array.from(matchClasses(annotator, [{ name: 'Crane', wnid: 'n03126707' }]).target)).toEqual([
      -1, 0,
    ])
    expect(matchClasses(annotator, annotator).identity).toBe(true)
  })

  it('leaves open what a name does not decide', () => {
    const map = matchClasses(named('crane', 'dog'), named('dog', 'crane', 'Crane'))
    expect(Array.from(map.target)).toEqual([-1, 0])
  })

  it('takes numbers as classes only when told to', () => {
    expect(() => matchClasses(named('tench', 'shark'), named('0', '1'))).toThrow(mismatch)
    const map = matchClasses(named('tench', 'shark'), named('0', '1'), { by: 'id' })
    expect(map).toMatchObject({ identity: true, how: ['id', 'id'] })
  })

  it('refuses class lists without anything in common', () => {
    expect(() => matchClasses(named('a'), named('b'))).toThrow(mismatch)
  })

  const imagenet = sharedFile('data/models/imagenet-classes.json')
  it.skipIf(!imagenet)('maps ImageNet to itself, and any of its subsets by wnid', () => {
    const all = JSON.parse(readFileSync(imagenet!, 'utf8')) as { name: string; wnid: string }[]
    expect(matchClasses(all, all).identity).toBe(true)
    expect(matchClasses(named(...all.map(c => c.name)), named(...all.map(c => c.name))).identity).toBe(true)
    const fifth = all.filter((_, i) => i % 5 === 0).reverse()
    const map = matchClasses(all, named(...fifth.map(c => c.wnid)))
    expect(map.matched).toBe(200)
    expect(map.target[995]).toBe(0)
  })
})
