/** Reviewing as plain data: counts, what is asked for; and marks that are saved one after the other. */
import { afterEach, expect, test, vi } from 'vitest'
import { createMarkSaver } from '../../../../renderer/screens/review/marks.ts'
import { counted, progressInput, queryOf, type Progress } from '../../../../renderer/screens/review/state.ts'

afterEach(() => vi.unstubAllGlobals())

const progress = {
  total: 10,
  counts: { none: 8, accepted: 2, fixed: 0, skipped: 0, flagged: 0 },
} as unknown as Progress

test('a mark is counted at once, taken back exactly, and nothing is counted where nothing is known', () => {
  const marked = counted(progress, 'none', 'fixed')
  expect(marked?.counts).toMatchObject({ none: 7, fixed: 1 })
  expect(counted(marked, 'fixed', 'none')).toEqual(progress)
  expect(counted(null, 'none', 'fixed')).toBeNull()
  expect(progress.counts.none).toBe(8)
})

test('one split or all of them are asked for', () => {
  expect(queryOf(null).filter).toEqual({ review: ['none'], problem: false })
  expect(queryOf('val').filter.splits).toEqual(['val'])
  expect(progressInput(null)).toEqual({})
  expect(progressInput('val')).toEqual({ splits: ['val'] })
})

test('marks are saved in their order, and one that fails stops none after it', async () => {
  const sent: string[] = []
  let answer: () => void = () => undefined
  vi.stubGlobal('fetch', async (_: string, options: { body: string }) => {
    const { state } = JSON.parse(options.body) as { state: string }
    sent.push(state)
    if (state === 'accepted') await new Promise<void>(resolve => (answer = resolve))
    return state === 'flagged'
      ? Response.json({ code: 'disk', message: 'the disk is full', detail: {} }, { status: 500 })
      : Response.json({ changed: 1, before: [] })
  })
  const saved = vi.fn()
  const failed = vi.fn()
  const saver = createMarkSaver(saved)
  for (const state of ['accepted', 'flagged', 'none'] as const) saver.save(7, state, failed)
  await vi.waitFor(() => expect(sent).toEqual(['accepted']))
  answer()
  await saver.settled()
  expect(sent).toEqual(['accepted', 'flagged', 'none'])
  expect(failed).toHaveBeenCalledOnce()
  expect(failed.mock.calls[0]![0]).toMatchObject({ code: 'disk' })
  await vi.waitFor(() => expect(saved).toHaveBeenCalledTimes(3))
})
