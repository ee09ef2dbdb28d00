/** The review queue: marking, taking back, filling up while marks are on their way; reasons and pace. */
import { describe, expect, it } from 'vitest'
import type { ImageFacts, ImageItem } from '../../../../core/contract/api/browse.ts'
import { pace } from '../../../../renderer/screens/review/pace.ts'
import {
  back,
  bringForward,
  emptyQueue,
  listed,
  mark,
  topUp,
  unmark,
} from '../../../../renderer/screens/review/queue.ts'
import { reasonsOf } from '../../../../renderer/screens/review/reasons.ts'

const item = (id: number): ImageItem => ({
  id,
  key: `train/a/${id}.jpg`,
  split: 'train',
  path: `a/${id}.jpg`,
  label: 0,
  width: 10,
  height: 10,
  problem: null,
  review: 'none',
  corrected: false,
  changed: false,
  facts: null,
})
const ids = (queue: { items: readonly ImageItem[] }): number[] => queue.items.map(one => one.id)

describe('the queue', () => {
  const three = topUp(emptyQueue, [1, 2, 3].map(item), 5)

  it('shows the next image when one is marked, and the last one when it is taken back', () => {
    const one = mark(mark(three, 'accepted'), 'flagged')
    expect(ids(one)).toEqual([3])
    expect(one.done.map(done => [done.item.id, done.state])).toEqual([
      [1, 'accepted'],
      [2, 'flagged'],
    ])
    expect(ids(back(one))).toEqual([2, 3])
    expect(back(back(one))).toEqual(three)
    expect(back(emptyQueue)).toBe(emptyQueue)
    expect(mark(emptyQueue, 'skipped')).toBe(emptyQueue)
  })

  it('lists what is marked, then the current image and what follows, and brings one of these forward', () => {
    const one = mark(three, 'accepted')
    expect(listed(one).map(({ id, review }) => [id, review])).toEqual([
      [1, 'accepted'],
      [2, 'none'],
      [3, 'none'],
    ])
    const brought = bringForward(one, 3)
    expect(ids(brought)).toEqual([3, 2])
    expect(brought.done).toEqual(one.done)
    expect(bringForward(one, 1)).toBe(one)
  })

  it('passes over what is known or marked already when it is filled up', () => {
    // The mark of image 1 is not saved yet, so the backend still names it.
    const filled = topUp(mark(three, 'accepted'), [1, 2, 3, 4, 5].map(item), 5)
    expect(ids(filled)).toEqual([2, 3, 4, 5])
    expect(three.whole).toBe(false)
    expect(filled.whole).toBe(true)
  })

  it('puts an image first again whose mark could not be saved', () => {
    const failed = unmark(mark(mark(three, 'accepted'), 'skipped'), 1)
    expect(ids(failed)).toEqual([1, 3])
    expect(failed.done.map(done => done.item.id)).toEqual([2])
    expect(unmark(failed, 99)).toBe(failed)
  })
})

describe('reasons', () => {
  const facts: ImageFacts = {
    top: 0,
    confidence: 0.9,
    margin: 0.8,
    entropy: 0.1,
    listed: true,
    disputed: 0,
    score: 0.04,
  }
  const kinds = (change: Partial<ImageFacts>, label: number | null = 0): string[] =>
    reasonsOf({ label, facts: { ...facts, ...change } }).map(reason => reason.kind)

  it('name every measure that speaks for a look, the strongest first', () => {
    expect(kinds({})).toEqual(['plain'])
    expect(kinds({ listed: false, top: 3, margin: 0.1, entropy: 0.6, disputed: 0.5 })).toEqual([
      'missing',
      'differs',
      'margin',
      'entropy',
      'disputed',
    ])
    expect(kinds({ listed: null }, null)).toEqual(['unlabelled'])
    expect(reasonsOf({ label: 0, facts: null })).toEqual([{ kind: 'unscored' }])
    expect(reasonsOf({ label: 0, facts: { ...facts, top: 3 } })).toEqual([
      { kind: 'differs', top: 3, share: 0.9 },
    ])
  })
})

describe('the pace', () => {
  const began = '2026-01-01T10:00:00Z'
  const session = (marks: number, minutes: number) => ({
    began,
    ended: new Date(Date.parse(began) + minutes * 60_000).toISOString(),
    marks,
  })
  const at = (minutes: number): number => Date.parse(began) + minutes * 60_000

  it('comes from this session’s marks alone', () => {
    expect(pace(session(21, 10), 100, at(10))).toEqual({ perMinute: 2, left: 3000 })
    expect(pace(session(5, 2), 100, at(2))).toEqual({ perMinute: 2, left: null })
    expect(pace(session(1, 0), 100, at(1))).toBeNull()
    expect(pace(undefined, 100, at(1))).toBeNull()
    // Half an hour later it is another session.
    expect(pace(session(21, 10), 100, at(41))).toBeNull()
  })
})
