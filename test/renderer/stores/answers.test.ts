import { describe, expect, it } from 'vitest'
import { createAnswers } from '../../../renderer/stores/answers.ts'

type Answer = { image: number; version: number }

/** A backend whose answers the test gives when it wants to. */
function backend(options: { batch?: number; keep?: number } = {}) {
  const requests: { images: number[]; signal: AbortSignal; answer(): void; fail(): void }[] = []
  let changes = 0
  let version = 0
  const answers = createAnswers<Answer>({
    batch: options.batch ?? 3,
    keep: options.keep ?? 100,
    fetch: (images, signal) =>
      new Promise((resolve, reject) => {
        const now = version
        requests.push({
          images: [...images],
          signal,
          answer: () => resolve(images.map(image => ({ image, version: now }))),
          fail: () => reject(new Error('no')),
        })
      }),
    imageOf: answer => answer.image,
    changed: () => changes++,
  })
  return {
    answers,
    requests,
    changes: () => changes,
    change: (images: number[] | null) => {
      version++
      answers.outdate(images)
    },
    async answered(): Promise<void> {
      requests.at(-1)!.answer()
      for (let i = 0; i < 5; i++) await Promise.resolve()
    },
    async failed(): Promise<void> {
      requests.at(-1)!.fail()
      for (let i = 0; i < 5; i++) await Promise.resolve()
    },
  }
}

describe('answers for images', () => {
  it('are asked for in batches, one after another, and only once', async () => {
    const { answers, requests, answered, changes } = backend()
    answers.want([1, 2, 3, 4])
    expect(requests.map(({ images }) => images)).toEqual([[1, 2, 3]])
    await answered()
    expect(requests.map(({ images }) => images)).toEqual([[1, 2, 3], [4]])
    await answered()
    answers.want([2, 4])
    expect(requests).toHaveLength(2)
    expect([answers.of(2)?.image, answers.of(4)?.image, answers.of(5)]).toEqual([2, 4, undefined])
    expect(changes()).toBe(2)
  })

  it('are no longer asked for once none of the images is in sight', async () => {
    const { answers, requests, answered } = backend()
    answers.want([1, 2])
    answers.want([2, 3])
    expect(requests[0]!.signal.aborted).toBe(false)
    answers.want([7])
    expect(requests[0]!.signal.aborted).toBe(true)
    expect(requests.at(-1)!.images).toEqual([7])
    await answered()
    expect(answers.of(7)).toBeDefined()
  })

  it('are shown until the next is there once an image changed, also while it is being asked for', async () => {
    const { answers, requests, answered, change } = backend()
    answers.want([1, 2])
    change([1])
    await answered()
    // The answer may be older than the change.
    expect(answers.of(1)?.version).toBe(0)
    expect(requests.at(-1)!.images).toEqual([1])
    await answered()
    expect([answers.of(1)?.version, answers.of(2)?.version]).toEqual([1, 0])
    change(null)
    expect(requests.at(-1)!.images).toEqual([1, 2])
    await answered()
    expect([answers.of(1)?.version, answers.of(2)?.version]).toEqual([2, 2])
    expect(requests).toHaveLength(3)
  })

  it('are not asked for again and again where the backend fails, but when something changed', async () => {
    const { answers, requests, failed, change } = backend()
    answers.want([1])
    await failed()
    answers.want([1])
    expect(requests).toHaveLength(1)
    change([1])
    expect(requests).toHaveLength(2)
  })

  it('are dropped when there are too many, those in sight last', async () => {
    const { answers, answered } = backend({ keep: 2 })
    answers.want([1, 2])
    await answered()
    answers.want([2, 3])
    await answered()
    expect([1, 2, 3].map(image => answers.of(image) !== undefined)).toEqual([false, true, true])
  })

  it('are asked for again, those in sight, once all of them are forgotten', async () => {
    const { answers, requests, answered } = backend()
    answers.want([1, 2])
    await answered()
    answers.clear()
    expect(answers.of(2)).toBeUndefined()
    expect(requests.at(-1)!.images).toEqual([1, 2])
    await answered()
    expect(answers.of(2)).toBeDefined()
  })
})
