import { describe, expect, it } from 'vitest'
import {
  drawnNow,
  firstSight,
  sightFrom,
  strengthOf,
  withStrength,
} from '../../../../renderer/screens/review/sight.ts'

const nobody = { bare: false, alone: false }
const classes = { under: 4, chosen: 7, isOutlined: (id: number) => id === 4 }

describe('how the review shows maps', () => {
  it('starts with regions, and remembers the view but nothing that it does not know', () => {
    expect(sightFrom(null)).toEqual(firstSight)
    expect(sightFrom('cells').view).toBe('cells')
    expect(sightFrom('nonsense')).toEqual(firstSight)
    expect(firstSight.view).toBe('regions')
  })

  it('draws what its view says', () => {
    expect(drawnNow(firstSight, nobody, classes)).toEqual({ kind: 'regions', only: null })
    expect(drawnNow({ ...firstSight, view: 'class' }, nobody, classes)).toEqual({ kind: 'class', id: 7 })
    expect(drawnNow({ ...firstSight, view: 'cells' }, nobody, classes)).toEqual({ kind: 'cells' })
    expect(drawnNow({ ...firstSight, view: 'class' }, nobody, { ...classes, chosen: null }).kind).toBe(
      'nothing',
    )
    expect(drawnNow({ ...firstSight, shown: false }, nobody, classes).kind).toBe('nothing')
  })

  it('shows the bare picture, or only the class under the pointer, while a key is held', () => {
    expect(drawnNow(firstSight, { bare: true, alone: true }, classes).kind).toBe('nothing')
    const alone = { bare: false, alone: true }
    expect(drawnNow(firstSight, alone, classes)).toEqual({ kind: 'regions', only: 4 })
    // A class without regions has only its strength to show; a hidden map is shown as long as the key is held.
    expect(drawnNow({ ...firstSight, shown: false }, alone, { ...classes, under: 5 })).toEqual({
      kind: 'class',
      id: 5,
    })
    expect(drawnNow({ ...firstSight, view: 'cells' }, alone, classes)).toEqual({ kind: 'class', id: 4 })
    expect(drawnNow(firstSight, alone, { ...classes, under: null }).kind).toBe('nothing')
  })

  it('has a slider that scales the tint to 0.35 and the other views to 1', () => {
    expect(strengthOf(firstSight)).toEqual({ value: 0.2, most: 0.35, step: 0.05 })
    expect(withStrength(firstSight, 9)).toEqual({ ...firstSight, tint: 0.35 })
    const cells = { ...firstSight, view: 'cells' as const }
    expect(withStrength(cells, 9)).toEqual({ ...cells, opacity: 1 })
    expect(withStrength(cells, -1).opacity).toBe(0)
  })
})
