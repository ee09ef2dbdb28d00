/** The event hub: ids, resuming, heartbeats, and progress that is thinned without losing the last word. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createEventHub, type EventHub } from '../../../electron/backend/events.ts'

const progress = (done: number) => ({ phase: 'p', done, total: 10 })
const decoder = new TextDecoder()

/** Collects what a listener hears until it is stopped. */
function listen(hub: EventHub, last?: string): { text: () => string; stop: () => Promise<void> } {
  const life = new AbortController()
  let text = ''
  const read = (async () => {
    for await (const piece of hub.stream(last, life.signal) as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(piece)
  })()
  return {
    text: () => text,
    stop: async () => {
      await sleep(20)
      life.abort()
      await read
    },
  }
}

describe('events', () => {
  it('have ids to resume from, and nothing is missed or told twice', async () => {
    const hub = createEventHub({ launch: 'a' })
    const first = listen(hub)
    hub.emit('job.dismissed', { id: 1 })
    await first.stop()
    expect(first.text()).toContain('id: a-0\n\n')
    expect(first.text()).toContain('id: a-1\nevent: job.dismissed\ndata: {"id":1}\n\n')
    hub.emit('job.dismissed', { id: 2 })
    hub.emit('job.dismissed', { id: 3 })
    const again = listen(hub, 'a-1')
    await again.stop()
    expect(again.text().match(/"id":\d/g)).toEqual(['"id":2', '"id":3'])
    expect(hub.listeners()).toBe(0)
    hub.close()
  })

  it('tell the page to reload if an id is of another launch, or too old', async () => {
    const hub = createEventHub({ launch: 'b', kept: 2 })
    for (let id = 1; id <= 4; id++) hub.emit('job.dismissed', { id })
    for (const [last, reset] of [
      ['a-1', true],
      ['b-1', true],
      ['b-2', false],
      ['b-99', true],
      ['junk', true],
    ] as const) {
      const listener = listen(hub, last)
      await listener.stop()
      expect(listener.text().includes('event: reset'), last).toBe(reset)
    }
    hub.close()
  })

  it('thin progress to the first and the latest, and never tell it after the job', async () => {
    const hub = createEventHub({ launch: 'c', progressMs: 30 })
    const listener = listen(hub)
    for (let done = 0; done < 10; done++) hub.emit('job.progress', { id: 1, progress: progress(done) })
    await expect.poll(listener.text).toContain('"done":9')
    await listener.stop()
    expect(listener.text().match(/"done":\d/g)).toEqual(['"done":0', '"done":9'])
    hub.close()
  })

  it('beat while nothing happens', async () => {
    const hub = createEventHub({ launch: 'd', heartbeatMs: 10 })
    const listener = listen(hub)
    await expect.poll(listener.text).toContain(': still here')
    await listener.stop()
    hub.close()
  })
})
