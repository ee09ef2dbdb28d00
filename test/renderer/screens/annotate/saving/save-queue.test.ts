/** The save queue: order, honest states, retries with backoff, lost answers, conflicts; the clock is advanced by hand. */
import { expect, test } from 'vitest'
import {
  backoff,
  createSaveQueue,
  type SaveQueueParts,
  type SaveState,
} from '../../../../../renderer/screens/annotate/saving/save-queue.ts'
import type { Reconciled, SaveStep } from '../../../../../renderer/screens/annotate/saving/steps.ts'
import { CodedError, editOf, memoryBackend } from './edits.ts'

/** Lets everything happen that waits for nothing but its turn. */
const breathe = () => new Promise(resolve => setImmediate(resolve))

function clock() {
  const timers = new Map<number, { at: number; act: () => void }>()
  let now = 0
  let last = 0
  return {
    timers: {
      set: (act: () => void, milliseconds: number) => {
        timers.set(++last, { at: now + milliseconds, act })
        return last
      },
      clear: (timer: unknown) => void timers.delete(timer as number),
    },
    async advance(milliseconds: number) {
      now += milliseconds
      for (const [id, timer] of [...timers])
        if (timer.at <= now) {
          timers.delete(id)
          timer.act()
        }
      await breathe()
    },
  }
}

function setUp(part: Partial<SaveQueueParts> = {}) {
  const backend = memoryBackend()
  const time = clock()
  const log = {
    states: [] as SaveState[],
    kept: [] as SaveStep[],
    rebased: [] as (Reconciled & { reason: string })[],
    sent: [] as string[],
  }
  const queue = createSaveQueue({
    version: 0,
    send: (step, version) => {
      log.sent.push(`${step.kind} ${version}`)
      return Promise.resolve().then(() => backend.take(step, version))
    },
    reload: () => Promise.resolve(backend.state()),
    keep: steps => (log.kept = [...steps]),
    changed: state => log.states.push(state),
    rebased: result => log.rebased.push(result),
    timers: time.timers,
    ...part,
  })
  return { backend, time, log, queue }
}

const apply = (id: string, cells: number[]): SaveStep => ({ kind: 'apply', edit: editOf(id, cells) })

test('steps go one at a time, in order, each on the version before', async () => {
  const { backend, log, queue } = setUp()
  queue.push(apply('a', [1]))
  queue.push(apply('b', [2]))
  queue.push({ kind: 'undo', edit: 'b-------' })
  expect(queue.state()).toMatchObject({ status: 'saving', unsent: 3 })
  expect(log.kept).toHaveLength(3)
  await breathe()
  expect(log.sent).toEqual(['apply 0', 'apply 1', 'undo 2'])
  expect(queue.state().status).toBe('saved')
  expect(log.kept).toEqual([])
  expect(backend.history.done.map(edit => edit.id)).toEqual(['a-------'])
})

test('it never reports saved before the response', async () => {
  let answer: (version: number) => void = () => undefined
  const { log, queue } = setUp({ send: () => new Promise(resolve => (answer = resolve)) })
  queue.push(apply('a', [1]))
  await breathe()
  expect(log.states.every(state => state.status === 'saving')).toBe(true)
  answer(1)
  await breathe()
  expect(log.states.at(-1)).toEqual({ status: 'saved', unsent: 0, reason: null })
})

test('a failed save stays unsaved with its reason, is retried with growing delays, and then continues', async () => {
  let broken = true
  const backend = memoryBackend()
  let tries = 0
  const { log, queue, time } = setUp({
    send: (step, version) => {
      tries++
      if (broken) return Promise.reject(new CodedError('disk', 'the disk is full'))
      return Promise.resolve(backend.take(step, version))
    },
  })
  queue.push(apply('a', [1]))
  await breathe()
  expect(queue.state()).toEqual({ status: 'retrying', unsent: 1, reason: 'the disk is full' })
  queue.push(apply('b', [2]))
  await breathe()
  expect(tries).toBe(1)
  await time.advance(backoff(1))
  expect(tries).toBe(2)
  await time.advance(backoff(1))
  expect(tries).toBe(2)
  broken = false
  await time.advance(backoff(2) - backoff(1))
  expect(tries).toBe(4)
  expect(queue.state().status).toBe('saved')
  expect(log.states.filter(state => state.status === 'saved')).toHaveLength(1)
})

test('waits grow to half a minute, and can be cut short', async () => {
  expect([1, 2, 3, 6, 20].map(backoff)).toEqual([1000, 2000, 4000, 30_000, 30_000])
  let broken = true
  const { queue, backend } = setUp({
    send: (step, version) =>
      broken ? Promise.reject(new CodedError('offline')) : Promise.resolve(backend.take(step, version)),
  })
  queue.push(apply('a', [1]))
  await breathe()
  broken = false
  queue.retryNow()
  await breathe()
  expect(queue.state().status).toBe('saved')
})

test('a lost answer saves once: edits by their id, undos by looking at what is saved', async () => {
  let lose = 1
  const { backend, queue, time, log } = setUp({
    send: (step, version) => {
      const next = backend.take(step, version)
      return lose-- > 0 ? Promise.reject(new CodedError('offline')) : Promise.resolve(next)
    },
  })
  queue.push(apply('a', [1]))
  await breathe()
  await time.advance(1000)
  expect(queue.state().status).toBe('saved')
  lose = 1
  queue.push({ kind: 'undo', edit: 'a-------' })
  await breathe()
  await time.advance(1000)
  expect(queue.state().status).toBe('saved')
  expect(backend.state()).toMatchObject({ version: 2, layer: [] })
  expect(log.rebased.at(-1)?.dropped).toEqual([])
})

test('after a conflict what still fits is sent on the new version, the rest is handed back', async () => {
  const { backend, queue, log } = setUp()
  backend.take(apply('other', [2]), 0)
  queue.push(apply('a', [1]))
  queue.push(apply('b', [2]))
  await breathe()
  expect(queue.state().status).toBe('saved')
  expect(backend.history.done.map(edit => edit.id)).toEqual(['other---', 'a-------'])
  expect(log.rebased).toHaveLength(1)
  expect(log.rebased[0]!.dropped).toEqual([apply('b', [2])])
  expect(log.rebased[0]!.history.layer.size).toBe(2)
})

test('a step that the backend will never take is handed back with the reason, and the next ones go on', async () => {
  const { backend, queue, log } = setUp({
    send: (step, version) => {
      if (step.kind === 'apply' && step.edit.id.startsWith('bad'))
        return Promise.reject(new CodedError('mismatch', 'no such class'))
      return Promise.resolve(backend.take(step, version))
    },
  })
  queue.push(apply('bad', [1]))
  queue.push(apply('good', [2]))
  await breathe()
  expect(queue.state().status).toBe('saved')
  expect(log.rebased[0]).toMatchObject({ dropped: [apply('bad', [1])], reason: 'no such class' })
  expect(backend.history.done.map(edit => edit.id)).toEqual(['good----'])
})

test('endless conflicts end: the step is given up', async () => {
  const { queue, log } = setUp({ send: () => Promise.reject(new CodedError('conflict')) })
  queue.push(apply('a', [1]))
  await breathe()
  expect(queue.state().status).toBe('saved')
  expect(log.rebased.at(-1)?.dropped).toEqual([apply('a', [1])])
})

test('steps of an earlier visit are sent automatically; a stopped queue sends nothing and keeps them in the outbox', async () => {
  const { backend, queue, log } = setUp({ steps: [apply('a', [1])] })
  await breathe()
  expect(backend.history.done).toHaveLength(1)
  queue.stop()
  queue.push(apply('b', [2]))
  await breathe()
  expect(log.sent).toHaveLength(1)
  expect(log.kept).toHaveLength(1)
})

test('who waits for it learns whether everything was saved in time', async () => {
  let broken = true
  const { queue, time, backend } = setUp({
    send: (step, version) =>
      broken ? Promise.reject(new CodedError('offline')) : Promise.resolve(backend.take(step, version)),
  })
  expect(await queue.settled(10)).toBe(true)
  queue.push(apply('a', [1]))
  const early = queue.settled(500)
  await breathe()
  await time.advance(500)
  expect(await early).toBe(false)
  const late = queue.settled(60_000)
  broken = false
  await time.advance(500)
  expect(await late).toBe(true)
})
