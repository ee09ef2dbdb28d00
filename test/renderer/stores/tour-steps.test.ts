/** The tour: what completes each step, and where it resumes. */
import { describe, expect, it } from 'vitest'
import { tourSteps } from '../../../core/contract/api/app.ts'
import {
  canGoOn,
  firstTour,
  reduceTour,
  type Tour,
  type TourEvent,
  type TourFacts,
} from '../../../renderer/stores/tour-steps.ts'

const facts = (edits: string[], target: number[], image = 1): TourFacts => ({
  image,
  edits,
  target: Float32Array.from(target),
})
const saw = (...of: Parameters<typeof facts>): TourEvent => ({ kind: 'saw', facts: facts(...of) })
const after = (tour: Tour, ...events: (TourEvent | 'start' | 'next' | 'back' | 'close')[]): Tour =>
  events.reduce((now, event) => reduceTour(now, typeof event === 'string' ? { kind: event } : event), tour)
const painting = after(firstTour, 'start', 'next', 'next', saw(['old'], [0.7, 0.3]))

describe('painting', () => {
  it('is waited for: neither the button nor what was there before goes on', () => {
    expect(painting.step).toBe('paint')
    expect(canGoOn(painting)).toBe(false)
    expect(after(painting, 'next')).toBe(painting)
    expect(after(painting, saw(['old'], [0.7, 0.3]))).toBe(painting)
    expect(after(painting, saw([], [0.1, 0.9])).step).toBe('paint') // an older edit was undone
  })

  it('goes on to the target by an edit of the user, and says what moved most', () => {
    const wide = after(firstTour, 'start', 'next', 'next', saw(['old'], [0.7, 0.2, 0.1]))
    const seen = after(wide, saw(['old', 'new'], [0.4, 0.35, 0.25]))
    expect(seen.step).toBe('target')
    expect(seen.moved).toEqual({ class: 0, before: expect.closeTo(0.7), after: expect.closeTo(0.4) })
    expect(after(seen, 'next').step).toBe('next')
  })

  it('starts over on another image', () => {
    const other = after(painting, saw(['theirs'], [0.2, 0.8], 2))
    expect(other).toMatchObject({ step: 'paint', base: { image: 2 } })
    expect(after(other, saw(['theirs', 'new'], [0.1, 0.9], 2)).step).toBe('target')
  })
})

describe('the target', () => {
  const same = after(painting, saw(['old', 'new'], [0.7, 0.3]))

  it('must have moved before the tour goes on', () => {
    expect(same).toMatchObject({ step: 'target', moved: null })
    expect(after(same, 'next')).toBe(same)
    const moved = after(same, saw(['old', 'new', 'more'], [0.5, 0.5]))
    expect(canGoOn(moved)).toBe(true)
  })

  it('has been seen to move even if the edit is undone', () => {
    const moved = after(same, saw(['old', 'new', 'more'], [0.5, 0.5]))
    expect(after(moved, saw(['old'], [0.7, 0.3])).moved).toEqual(moved.moved)
  })
})

describe('leaving', () => {
  it('keeps the step, but asks to paint again where the target before is not known', () => {
    expect(after(firstTour, 'start', 'next', 'close', 'start')).toMatchObject({
      status: 'open',
      step: 'cell',
    })
    const target = after(painting, saw(['old', 'new'], [0.4, 0.6]), 'close')
    expect(target).toMatchObject({ status: 'closed', step: 'target' })
    expect(after(target, 'start')).toMatchObject({ status: 'open', step: 'paint', base: null })
  })

  it('looks at nothing', () => {
    const left = after(painting, 'close')
    expect(after(left, saw(['new'], [0, 1]))).toBe(left)
  })
})

it('has five steps, ends after the last, and can be taken again from the first', () => {
  expect(tourSteps).toHaveLength(5)
  const last = after(painting, saw(['new'], [0.4, 0.6]), 'next')
  const done = after(last, 'next')
  expect(done.status).toBe('done')
  expect(after(done, 'start')).toMatchObject({ status: 'open', step: 'picture', base: null, moved: null })
})
