/** A throttle, with a clock of the test's own. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createThrottle } from '../../../../electron/backend/queue/throttle.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('acts at once, then at most once in a while, and after the last request', () => {
  const act = vi.fn()
  const throttle = createThrottle(1000, act)
  for (let i = 0; i < 5; i++) throttle.ask()
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(999)
  expect(act).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(1)
  expect(act).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(10_000)
  expect(act).toHaveBeenCalledTimes(2)
  throttle.ask()
  expect(act).toHaveBeenCalledTimes(3)
})

it('acts at once on what waits, or forgets it', () => {
  const act = vi.fn()
  const throttle = createThrottle(1000, act)
  throttle.ask()
  throttle.flush()
  expect(act).toHaveBeenCalledTimes(1)
  throttle.ask()
  throttle.flush()
  expect(act).toHaveBeenCalledTimes(2)
  throttle.ask()
  throttle.drop()
  vi.advanceTimersByTime(10_000)
  expect(act).toHaveBeenCalledTimes(2)
})
