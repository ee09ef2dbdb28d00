/** Pages of a long list: what is asked for, what is cancelled, and what is kept. */
import { describe, expect, it } from 'vitest'
import { createPages } from '../../../renderer/stores/pages.ts'
import type { PageAnswer } from '../../../renderer/stores/pages.ts'

/** A source of numbers that answers when it is told to. */
function source(total: number, parallel = 2, keep = 3) {
  const asked: { offset: number; signal: AbortSignal; answer: () => void; break: () => void }[] = []
  const arrived: number[] = []
  const failed: unknown[] = []
  const pages = createPages<number>({
    size: 10,
    keep,
    parallel,
    fetch: (offset, limit, signal) =>
      new Promise<PageAnswer<number>>((resolve, reject) => {
        asked.push({
          offset,
          signal,
          answer: () =>
            resolve({
              items: Array.from({ length: Math.min(limit, total - offset) }, (_, i) => offset + i),
              total,
              version: 1,
            }),
          break: () => reject(new Error('no answer')),
        })
      }),
    arrived: answer => arrived.push(answer.items[0] ?? -1),
    failed: error => failed.push(error),
  })
  return { pages, asked, arrived, failed }
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('createPages', () => {
  it('fetches the pages in sight, a few at once', async () => {
    const { pages, asked, arrived } = source(95)
    pages.want(5, 38)
    expect(asked.map(ask => ask.offset)).toEqual([0, 10])
    expect(pages.get(5)).toBeUndefined()
    asked[0]!.answer()
    await settled()
    expect(asked.map(ask => ask.offset)).toEqual([0, 10, 20])
    expect(arrived).toEqual([0])
    expect(pages.get(5)).toBe(5)
    expect(pages.get(12)).toBeUndefined()
  })

  it('cancels what went out of sight, and does not let its late answer in', async () => {
    const { pages, asked, arrived } = source(1000)
    pages.want(0, 20)
    pages.want(500, 520)
    expect(asked.map(ask => ask.signal.aborted)).toEqual([true, true, false, false])
    for (const ask of asked) ask.answer()
    await settled()
    expect(arrived.sort()).toEqual([500, 510])
    expect(pages.get(0)).toBeUndefined()
    expect(pages.get(511)).toBe(511)
  })

  it('keeps the pages used last, and never lets go of those in sight', async () => {
    const { pages, asked } = source(1000, 10, 3)
    for (const at of [0, 10, 20, 0, 30]) {
      pages.want(at, at + 10)
      asked.at(-1)!.answer()
      await settled()
    }
    // 10 was used longest ago.
    expect([0, 10, 20, 30].map(at => pages.get(at))).toEqual([0, undefined, 20, 30])
    pages.want(0, 60)
    for (const ask of asked) ask.answer()
    await settled()
    expect([0, 10, 20, 30, 40, 50].map(at => pages.get(at))).toEqual([0, 10, 20, 30, 40, 50])
  })

  it('does not ask twice for a page that is there or under way', async () => {
    const { pages, asked } = source(100)
    pages.want(0, 10)
    pages.want(0, 10)
    expect(asked).toHaveLength(1)
    asked[0]!.answer()
    await settled()
    pages.want(0, 10)
    expect(asked).toHaveLength(1)
  })

  it('tells of a failure once, and asks again when it is wanted again', async () => {
    const { pages, asked, failed } = source(100)
    pages.want(0, 10)
    asked[0]!.break()
    await settled()
    expect(failed).toHaveLength(1)
    expect(asked).toHaveLength(1)
    pages.want(0, 10)
    expect(asked).toHaveLength(2)
  })

  it('swaps all pages in one step and finds and changes items', async () => {
    const { pages, asked } = source(100)
    pages.want(0, 10)
    pages.replace(new Map([[4, [70, 71]]]))
    expect(asked[0]!.signal.aborted).toBe(true)
    expect(pages.get(41)).toBe(71)
    expect(pages.find(item => item === 71)).toBe(41)
    expect(pages.find(item => item === 5)).toBe(-1)
    pages.update(item => item + 1)
    expect(pages.get(41)).toBe(72)
    pages.clear()
    expect(pages.get(41)).toBeUndefined()
  })
})
