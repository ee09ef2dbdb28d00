/** Steps from image to image: whatever the order of keys and answers, one ends where the keys lead. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  begin,
  canStep,
  found,
  nowhere,
  step,
  type Stepped,
  type Stepping,
} from '../../../../../renderer/screens/annotate/navigate/stepping.ts'

const last = 9
const neighboursOf = (at: number): { previous: number | null; next: number | null } => ({
  previous: at > 0 ? at - 1 : null,
  next: at < last ? at + 1 : null,
})

test('a step back that comes before the neighbours are known is made when they are', () => {
  const asked = step(begin(nowhere, 4), -1)
  expect(asked.go).toBeNull()
  expect(found(asked.now, neighboursOf(4)).go).toBe(3)
})

test('pending steps end when another image is opened', () => {
  const { now } = step(begin(nowhere, 4), 1)
  expect(found(begin(now, 7), neighboursOf(7)).go).toBeNull()
})

test('a step past an end is ignored and not queued', () => {
  const end = found(begin(nowhere, last), neighboursOf(last)).now
  expect(canStep(end, 1)).toBe(false)
  const past = step(end, 1)
  expect(past.go).toBeNull()
  expect(step(past.now, -1).go).toBe(last - 1)
})

test('no key is lost, however late the answers come', () => {
  const key = fc.constantFrom(1 as const, -1 as const)
  const events = fc.array(fc.oneof(key, fc.constant('answer' as const)), { maxLength: 60 })
  fc.assert(
    fc.property(events, fc.integer({ min: 0, max: last }), (all, from) => {
      let stepping: Stepping = begin(nowhere, from)
      let at = from
      /** What the steps owed stand for; between two answers keys that cancel each other need not be walked. */
      let wanted = from
      const take = ({ now, go }: Stepped): void => {
        stepping = go === null ? now : begin(now, go)
        at = go ?? at
      }
      for (const event of all) {
        if (event === 'answer') {
          if (!stepping.neighbours) take(found(stepping, neighboursOf(at)))
        } else {
          wanted += event
          take(step(stepping, event))
        }
        // At an end, what was asked for beyond it is forgotten.
        if (stepping.neighbours) wanted = at
        expect(Math.max(0, Math.min(last, at + stepping.owed))).toBe(Math.max(0, Math.min(last, wanted)))
      }
      while (!stepping.neighbours) take(found(stepping, neighboursOf(at)))
      expect(stepping.owed).toBe(0)
      expect(at).toBe(Math.max(0, Math.min(last, wanted)))
    }),
  )
})
