/** Following a run: pace, order, failures and the end; only the clock is a fake one. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunCurves } from '../../../../core/contract/api/training.ts'
import { follow, interval } from '../../../../renderer/screens/train/follow.ts'

const curves = (...step: number[]): RunCurves => ({ id: 'r1', step, loss: step, lr: step, epochs: [] })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('follow', () => {
  it('asks only for what is new, and once more after the end', async () => {
    const asked: (number | undefined)[] = []
    const seen: number[][] = []
    let running = true
    const answers = [curves(1, 2), curves(3), curves(4)]
    follow({
      id: 'r1',
      fetch: (_, after) => {
        asked.push(after)
        return Promise.resolve(answers[asked.length - 1] ?? curves())
      },
      onCurves: known => seen.push(known.step),
      running: () => running,
    })
    await vi.advanceTimersByTimeAsync(interval)
    running = false
    await vi.advanceTimersByTimeAsync(20 * interval)
    expect(asked).toEqual([undefined, 2, 3])
    expect(seen.at(-1)).toEqual([1, 2, 3, 4])
  })
  it('never asks twice at once, nor more than twice a second', async () => {
    let open = 0
    let most = 0
    let times = 0
    const stop = follow({
      id: 'r1',
      fetch: async () => {
        most = Math.max(most, ++open)
        times++
        await new Promise(resolve => setTimeout(resolve, 3000))
        open--
        return curves()
      },
      onCurves: () => undefined,
      running: () => true,
    })
    await vi.advanceTimersByTimeAsync(30_000)
    stop()
    expect(most).toBe(1)
    expect(times).toBeLessThanOrEqual(30 / 3.5 + 1)
    expect(interval).toBeGreaterThanOrEqual(500)
  })
  it('tells of a failure, goes on, and is silent once it is stopped', async () => {
    const errors: unknown[] = []
    let fails = true
    let got = 0
    const stop = follow({
      id: 'r1',
      fetch: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve(curves(1))),
      onCurves: () => got++,
      onError: error => errors.push(error),
      running: () => true,
    })
    await vi.advanceTimersByTimeAsync(10)
    expect(errors).toHaveLength(1)
    fails = false
    await vi.advanceTimersByTimeAsync(5 * interval)
    expect(got).toBeGreaterThan(0)
    stop()
    const before = got
    await vi.advanceTimersByTimeAsync(20 * interval)
    expect(got).toBe(before)
  })
})
