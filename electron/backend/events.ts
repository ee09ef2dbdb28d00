/** The stream of events: one hub, many listeners, resumed by id after a break, progress thinned to what a person sees. */
import type { ApiEvent, EventData, EventName } from '../../core/contract/api/events.ts'

/** Tells listeners. */
export interface EventHub {
  emit<Name extends EventName>(name: Name, data: EventData<Name>): void
  /** A new listener's server-sent bytes; `last`: the id it heard last. Ends with `signal` or the hub. */
  stream(last: string | undefined, signal: AbortSignal): ReadableStream<Uint8Array>
  listeners(): number
  close(): void
}

/** Numbers that tests make smaller. */
export interface EventOptions {
  /** Names this launch in the ids, so that ids of an earlier one are told apart. */
  launch: string
  /** Events kept for those who come back. */
  kept?: number
  heartbeatMs?: number
  /** Least time between two `job.progress` of a job. */
  progressMs?: number
}

interface Entry {
  number: number
  /** Later events of the same key take its place. */
  key: string | null
  text: string
}

interface Listener {
  write(text: string): void
  end(): void
}

const encoder = new TextEncoder()
/** A listener this many messages behind is dropped; it comes back and resumes. */
const longestQueue = 5000

/** The key under which only the newest event counts: progress is worth nothing once there is newer progress. */
function keyOf(event: ApiEvent): string | null {
  if (event.name === 'job.progress') return `job.progress ${event.data.id}`
  return event.name === 'opening' || event.name === 'settings' || event.name === 'project' ? event.name : null
}

export function createEventHub(options: EventOptions): EventHub {
  const { launch, kept = 1000, heartbeatMs = 15_000, progressMs = 200 } = options
  const entries: Entry[] = []
  const listeners = new Set<Listener>()
  const waiting = new Map<number, { latest: EventData<'job.progress'> | null; timer: NodeJS.Timeout }>()
  let number = 0
  /** The newest number that cannot be given again. */
  let forgotten = 0
  let closed = false

  const broadcast = (text: string): void => {
    for (const listener of [...listeners]) listener.write(text)
  }
  const heartbeat = setInterval(() => broadcast(': still here\n\n'), heartbeatMs)
  heartbeat.unref()

  function publish(event: ApiEvent): void {
    if (closed) return
    const key = keyOf(event)
    if (key !== null) {
      const older = entries.findLastIndex(entry => entry.key === key)
      if (older >= 0) entries.splice(older, 1)
    }
    number++
    const text = `id: ${launch}-${number}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`
    entries.push({ number, key, text })
    if (entries.length > kept) forgotten = entries.shift()?.number ?? forgotten
    broadcast(text)
  }

  /** The first of a stretch goes out at once, the newest of the rest when the time is over. */
  function thin(data: EventData<'job.progress'>): void {
    const slot = waiting.get(data.id)
    if (slot) {
      slot.latest = data
      return
    }
    publish({ name: 'job.progress', data })
    const timer = setTimeout(() => {
      const held = waiting.get(data.id)?.latest
      waiting.delete(data.id)
      if (held) thin(held)
    }, progressMs)
    timer.unref()
    waiting.set(data.id, { latest: null, timer })
  }

  /** What a job says of itself is newer than any progress that is still held. */
  function dropHeld(id: number): void {
    const slot = waiting.get(id)
    if (slot) slot.latest = null
  }

  function missed(last: string): string | null {
    const found = /^(.+)-(\d+)$/.exec(last)
    const seen = Number(found?.[2])
    if (found?.[1] !== launch || seen > number || seen < forgotten) return null
    return entries
      .filter(entry => entry.number > seen)
      .map(entry => entry.text)
      .join('')
  }

  return {
    emit(name, data) {
      const event = { name, data } as ApiEvent
      if (event.name === 'job.progress') return thin(event.data)
      if (event.name === 'job') dropHeld(event.data.id)
      publish(event)
    },
    stream(last, signal) {
      let listener: Listener
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            listener = {
              write(text) {
                if ((controller.desiredSize ?? 0) < -longestQueue) listener.end()
                else controller.enqueue(encoder.encode(text))
              },
              end() {
                if (!listeners.delete(listener)) return
                controller.close()
              },
            }
            if (closed || signal.aborted) return controller.close()
            listeners.add(listener)
            signal.addEventListener('abort', () => listener.end(), { once: true })
            // An id without data: from now on the browser has something to resume from.
            const here = `retry: 1000\nid: ${launch}-${number}\n\n`
            const again = last === undefined || last === '' ? '' : missed(last)
            if (again === null) listener.write(`id: ${launch}-${number}\nevent: reset\ndata: {}\n\n`)
            else listener.write(again === '' ? here : again)
          },
          cancel() {
            listeners.delete(listener)
          },
        },
        { highWaterMark: 1 },
      )
    },
    listeners: () => listeners.size,
    close() {
      closed = true
      clearInterval(heartbeat)
      for (const { timer } of waiting.values()) clearTimeout(timer)
      for (const listener of [...listeners]) listener.end()
    },
  }
}
