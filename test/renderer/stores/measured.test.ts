/** What takes a while to find out: the newest try wins, whatever the order of the answers. */
import { expect, test } from 'vitest'
import { ref } from 'vue'
import { useMeasured } from '../../../renderer/stores/measured.ts'

function openAnswers(): {
  ask: (signal: AbortSignal) => Promise<string>
  answer: (at: number, what: string) => void
  refuse: (at: number, why: unknown) => void
} {
  const open: { answer: (what: string) => void; refuse: (why: unknown) => void }[] = []
  return {
    ask: () => new Promise((answer, refuse) => open.push({ answer, refuse })),
    answer: (at, what) => open[at]!.answer(what),
    refuse: (at, why) => open[at]!.refuse(why),
  }
}

test('an answer that comes late is not taken for what is asked now', async () => {
  const { ask, answer } = openAnswers()
  const key = ref('a')
  const measured = useMeasured(() => key.value, ask)
  const first = measured.run()
  key.value = 'b'
  const second = measured.run()
  answer(1, 'of b')
  await second
  answer(0, 'of a')
  await first
  expect(measured.finding.value).toEqual({ key: 'b', result: 'of b', error: null })
  expect(measured.current.value).toBe(true)
  expect(measured.busy.value).toBe(false)
  key.value = 'c'
  expect(measured.current.value).toBe(false)
})

test('giving up keeps what was found before, and a failure is a finding', async () => {
  const { ask, answer, refuse } = openAnswers()
  const measured = useMeasured(() => 'a', ask)
  const first = measured.run()
  answer(0, 'found')
  await first
  const second = measured.run()
  expect(measured.busy.value).toBe(true)
  measured.cancel()
  expect(measured.busy.value).toBe(false)
  refuse(1, new DOMException('given up', 'AbortError'))
  await second
  expect(measured.finding.value?.result).toBe('found')
  const third = measured.run()
  refuse(2, new Error('no room'))
  await third
  expect(measured.finding.value).toMatchObject({ result: null, error: { message: 'no room' } })
  measured.clear()
  expect(measured.finding.value).toBeNull()
})
