/** The cache of images: what is fetched ahead is at hand, a failed prefetch is retried. */
import { describe, expect, it } from 'vitest'
import { createLoader, type LoadedImage } from '../../../renderer/labelmap/load.ts'

/** A loader whose loads are answered by `answer`; counts them. */
function loaderOf(answer: (time: number) => Promise<Partial<LoadedImage>>) {
  const times: number[] = []
  const loader = createLoader(null, id => {
    times.push(id)
    return answer(times.length) as Promise<LoadedImage>
  })
  return { loader, times }
}
const good = { pictureProblem: null, mapProblem: null }
const bad = { pictureProblem: 'the folder is gone', mapProblem: null }

describe('an image', () => {
  it('that was fetched ahead is not fetched again', async () => {
    const { loader, times } = loaderOf(() => Promise.resolve(good))
    loader.prefetch(3)
    expect(await loader.get(3)).toBe(good)
    expect(await loader.get(3)).toBe(good)
    expect(times).toEqual([3])
    loader.forget(3)
    await loader.get(3)
    expect(times).toEqual([3, 3])
  })

  it.each([
    ['while it is still under way', false],
    ['afterwards', true],
  ])('that failed to prefetch is fetched again when it is shown %s', async (_when, wait) => {
    for (const wrong of [() => Promise.resolve(bad), () => Promise.reject(new Error('offline'))]) {
      const { loader, times } = loaderOf(time => (time === 1 ? wrong() : Promise.resolve(good)))
      loader.prefetch(3)
      if (wait) await new Promise(resolve => setTimeout(resolve, 1))
      expect(await loader.get(3)).toBe(good)
      expect(times).toEqual([3, 3])
    }
  })

  it('that is bad is shown as such, and tried again next time', async () => {
    const { loader, times } = loaderOf(() => Promise.resolve(bad))
    expect(await loader.get(3)).toBe(bad)
    expect(await loader.get(3)).toBe(bad)
    expect(times).toEqual([3, 3])
  })

  it('that cannot be asked for is an error, and no more are kept than said', async () => {
    const { loader, times } = loaderOf(() => Promise.reject(new Error('offline')))
    await expect(loader.get(3)).rejects.toThrow('offline')
    const many = loaderOf(() => Promise.resolve(good))
    for (let id = 1; id <= 9; id++) await many.loader.get(id)
    await many.loader.get(1)
    expect(many.times).toHaveLength(10)
    expect(times).toEqual([3])
  })
})
