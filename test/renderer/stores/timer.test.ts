/** The timer: once from the first or the last request on, or not at all. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTimer } from '../../../renderer/stores/timer.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('it is done once after the first of several requests', () => {
  const act = vi.fn()
  const timer = createTimer(act)
  timer.start(100)
  vi.advanceTimersByTime(60)
  timer.start(100)
  expect(timer.isSet()).toBe(true)
  vi.advanceTimersByTime(40)
  expect(act).toHaveBeenCalledOnce()
  expect(timer.isSet()).toBe(false)
  vi.advanceTimersByTime(500)
  expect(act).toHaveBeenCalledOnce()
})

test('restarted, it is done once nothing has asked for a while; cancelled, never; and it can be asked for from within', () => {
  const act = vi.fn()
  const timer = createTimer(act)
  timer.restart(100)
  vi.advanceTimersByTime(60)
  timer.restart(100)
  vi.advanceTimersByTime(60)
  expect(act).not.toHaveBeenCalled()
  vi.advanceTimersByTime(40)
  expect(act).toHaveBeenCalledOnce()
  timer.start(100)
  timer.cancel()
  vi.advanceTimersByTime(500)
  expect(act).toHaveBeenCalledOnce()
  let left = 2
  const again = createTimer(() => {
    if (--left > 0) again.start(10)
  })
  again.start(10)
  vi.advanceTimersByTime(30)
  expect(left).toBe(0)
})
