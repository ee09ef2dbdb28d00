/** Merged classes in class maps, spaces and targets: what is called by their name counts for one class, and they have no mass. */
import { describe, expect, it } from 'vitest'
import { classSpaceOf, shownMap } from '../../../core/labelmap/class-space.ts'
import type { LabelMap } from '../../../core/labelmap/label-map.ts'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import { createTargetScratch, globalTarget } from '../../../core/pooling/target.ts'

const names = ['drake', 'duck', 'quail', 'heron']
const annotator = names.slice(0, 3).map(name => ({ name }))
const project = names.map((name, i) => (i === 1 ? { name, into: 0 } : { name }))
// One cell: duck 3, drake 1, quail 2.
const map: LabelMap = {
  shape: [3, 1, 1],
  ids: Uint16Array.from([1, 2, 0]),
  logits: Float32Array.from([3, 2, 1]),
}

describe('a merged class', () => {
  const classMap = matchClasses(annotator, project)

  it('maps to the class that it stands for, and is not missing', () => {
    expect([...classMap.target]).toEqual([0, 0, 2])
    expect(classMap.missing).toEqual([3])
    expect(classMap.identity).toBe(false)
  })

  it('has no mass in targets, and the class that it stands for has the maximum logit', () => {
    const target = new Float32Array(4)
    globalTarget(map, target, createTargetScratch(classMap, { fill: 0 }))
    const total = Math.exp(3) + Math.exp(2) + 1 // heron has the fill logit
    for (const [c, share] of [Math.exp(3), 0, Math.exp(2), 1].entries())
      expect(target[c]).toBeCloseTo(share / total, 6)
  })

  it('is not shown, and does not count in the softmax of a cell', () => {
    const space = classSpaceOf(classMap, { fill: 0 })
    expect(space.classes).toBe(3)
    expect([...space.shownPadding]).toEqual([0, 2, 3])
    const shown = shownMap(map, space)
    expect([...shown.ids].slice(0, 2)).toEqual([0, 2])
    expect([...shown.logits].slice(0, 2)).toEqual([3, 2])
    // What was painted as the merged class, while the annotator did not have it, counts for the other.
    expect(space.classMap.target[annotator.length + 1]).toBe(0)
  })

  it('is found by the names that it and the other had before', () => {
    const renamed = [{ name: 'mallard', also: ['drake'] }, { name: 'duck', into: 0 }, { name: 'quail' }]
    expect([...matchClasses(annotator, renamed).target]).toEqual([0, 0, 2])
    expect([
      ...matchClasses([{ name: 'crane' }], [{ name: 'crane' }, { name: 'crane', into: 0 }]).target,
    ]).toEqual([0])
  })
})
