/** What is drawn over the picture: by view, by what is hidden, and while keys are held. */
import { describe, expect, it } from 'vitest'
import {
  drawnOf,
  firstOverlay,
  noPeek,
  paintOf,
  stepOpacity,
} from '../../../../../renderer/screens/annotate/state/overlay.ts'
import { mostTint } from '../../../../../renderer/labelmap/draw-regions.ts'
import type { Swatch } from '../../../../../core/labelmap/palette.ts'

/** Class 3 has regions and is under the pointer; class 7 is the chosen one. */
const classes = { chosen: 7, under: 3, isDrawn: (id: number) => id === 3 }
const alone = { bare: false, alone: true }

describe('drawnOf', () => {
  it('shows regions at first, and every view as it is named', () => {
    expect(drawnOf(firstOverlay, noPeek, classes)).toEqual({ kind: 'regions', only: null })
    expect(drawnOf({ ...firstOverlay, view: 'class' }, noPeek, classes)).toEqual({ kind: 'class', id: 7 })
    expect(drawnOf({ ...firstOverlay, view: 'cells' }, noPeek, classes)).toEqual({
      kind: 'cells',
      only: null,
    })
  })

  it('shows the bare picture while that key is held, in every view, also with the other key', () => {
    for (const view of ['regions', 'class', 'cells'] as const)
      for (const peek of [
        { bare: true, alone: false },
        { bare: true, alone: true },
      ])
        expect(drawnOf({ ...firstOverlay, view }, peek, classes)).toBeNull()
    expect(drawnOf({ ...firstOverlay, shown: false }, noPeek, classes)).toBeNull()
  })

  it('shows only the class under the pointer while the other key is held, even over a hidden map', () => {
    for (const shown of [true, false]) {
      const options = { ...firstOverlay, shown }
      expect(drawnOf(options, alone, classes)).toEqual({ kind: 'regions', only: 3 })
      expect(drawnOf({ ...options, view: 'class' }, alone, classes)).toEqual({ kind: 'class', id: 3 })
      expect(drawnOf({ ...options, view: 'cells' }, alone, classes)).toEqual({ kind: 'cells', only: 3 })
    }
    // Without regions its strength is its only trace; over nothing there is nothing.
    expect(drawnOf(firstOverlay, alone, { ...classes, under: 5 })).toEqual({ kind: 'class', id: 5 })
    expect(drawnOf(firstOverlay, alone, { ...classes, under: null })).toBeNull()
  })
})

it('steps the strength of what is shown, within its limits', () => {
  const steps = (view: 'regions' | 'cells', by: 1 | -1) => {
    let options = { ...firstOverlay, view }
    for (let i = 0; i < 20; i++) options = stepOpacity(options, by) as typeof options
    return [options.tint, options.opacity]
  }
  expect(steps('regions', 1)).toEqual([mostTint, firstOverlay.opacity])
  expect(steps('regions', -1)).toEqual([0, firstOverlay.opacity])
  expect(steps('cells', 1)).toEqual([firstOverlay.tint, 1])
})

it('paints one class in its colour, and of all cells only those that are shown', () => {
  const swatch: Swatch = { color: [9, 9, 9], hatch: 'plain' }
  const legend = [3, 4].map(id => ({ id, cells: 1, swatch }))
  const look = { legend, colour: (id: number) => [id, 0, 0] as const }
  const ground = { classes: 10, fill: 0 }
  expect(paintOf(firstOverlay, { kind: 'class', id: 4 }, ground, look)).toMatchObject({
    only: 4,
    color: [4, 0, 0],
  })
  const painted = paintOf(firstOverlay, { kind: 'cells', only: 3 }, ground, look)
  expect(painted.only).toBeNull()
  expect([...painted.swatches.keys()]).toEqual([3])
})
