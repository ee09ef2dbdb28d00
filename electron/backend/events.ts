/** The event stream: one hub, many listeners, resumable by id after a disconnect, with throttled progress. */
import type { ApiEvent, EventData, EventName } from '../../core/contract/api/events.ts'

/** Sends an event to the listeners. */
export interface EventHub {
  emit<Name extends EventName>(name: Name, data: EventData<Name>): void
  /** The server-sent bytes for a new listener; `last`: the last id that it received. Ends with `signal` or the hub. */
  stream(last: string | undefined, signal: AbortSignal): ReadableStream<Uint8Array>
  listeners(): number
  close(): void
}

/** Timeouts and limits, which tests reduce. */
export interface EventOptions {
  /** Identifies this launch in event ids, so that ids of an earlier launch are recognised. */
  launch: string
  /** Events kept for listeners that reconnect. */
  kept?: number
  heartbeatMs?: number
  /** Minimum time between two `job.progress` events of a job. */
  progressMs?: number
}

interface Entry {
  number: number
  /** Later events with the same key replace it. */
  key: string | null
  text: string
}

interface Listener {
  write(text: string): void
  end(): void
}

const encoder = new TextEncoder()
/** A listener that lags this many messages behind is dropped; it reconnects and resumes. */
const longestQueue = 5000

/** The key for events of which only the newest is kept: progress is superseded by newer progress. */
function keyOf(event: ApiEvent): string | null {
  if (event.name === 'job.progress') return `job.progress ${event.data.id}`
  return event.name === 'opening' || event.name === 'settings' || event.name === 'project' ? event.name : null
}

/** The state of a hub. */
interface HubState {
  launch: string
  kept: number
  progressMs: number
  entries: Entry[]
  listeners: Set<Listener>
  /** Throttled progress per job: the newest pending event and its timer. */
  waiting: Map<number, { latest: EventData<'job.progress'> | null; timer: NodeJS.Timeout }>
  number: number
  /** The newest event number that has been dropped. */
  forgotten: number
  closed: boolean
}

function broadcast({ listeners }: HubState, text: string): void {
  for (const listener of [...listeners]) listener.write(text)
}

function publish(hub: HubState, event: ApiEvent): void {
  if (hub.closed) return
  const { entries } = hub
  const key = keyOf(event)
  if (key !== null) {
    const older = entries.findLastIndex(entry => entry.key === key)
    if (older >= 0) entries.splice(older, 1)
  }
  const number = ++hub.number
  const text = `id: ${hub.launch}-${number}\nevent: ${event.name}\ndata: ${JSON.stringify(event.data)}\n\n`
  entries.push({ number, key, text })
  if (entries.length > hub.kept) hub.forgotten = entries.shift()?.number ?? hub.forgotten
  broadcast(hub, text)
}

/** Sends the first event at once, and the newest of the following ones when the interval is over. */
function thin(hub: HubState, data: EventData<'job.progress'>): void {
  const slot = hub.waiting.get(data.id)
  if (slot) {
    slot.latest = data
    return
  }
  publish(hub, { name: 'job.progress', data })
  const timer = setTimeout(() => {
    const held = hub.waiting.get(data.id)?.latest
    hub.waiting.delete(data.id)
    if (held) thin(hub, held)
  }, hub.progressMs)
  timer.unref()
  hub.waiting.set(data.id, { latest: null, timer })
}

/** A `job` event supersedes any pending progress of that job. */
function dropHeld(hub: HubState, id: number): void {
  const slot = hub.waiting.get(id)
  if (slot) slot.latest = null
}

/** The events after the id `last`, as text; null if some of them were dropped, or the id is from another launch. */
function missed(hub: HubState, last: string): string | null {
  const found = /^(.+)-(\d+)$/.exec(last)
  const seen = Number(found?.[2])
  if (found?.[1] !== hub.launch || seen > hub.number || seen < hub.forgotten) return null
  return hub.entries
    .filter(entry => entry.number > seen)
    .map(entry => entry.text)
    .join('')
}

/** The first messages for a new listener. */
function greeting(hub: HubState, last: string | undefined): string {
  const id = `id: ${hub.launch}-${hub.number}`
  const again = last === undefined || last === '' ? '' : missed(hub, last)
  if (again === null) return `${id}\nevent: reset\ndata: {}\n\n`
  // An id without data, so that the browser can resume from here.
  return again === '' ? `retry: 1000\n${id}\n\n` : again
}

function streamOf(hub: HubState, last: string | undefined, signal: AbortSignal): ReadableStream<Uint8Array> {
  const { listeners } = hub
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
        if (hub.closed || signal.aborted) return controller.close()
        listeners.add(listener)
        signal.addEventListener('abort', () => listener.end(), { once: true })
        listener.write(greeting(hub, last))
      },
      cancel() {
        listeners.delete(listener)
      },
    },
    { highWaterMark: 1 },
  )
}

/** A hub without listeners. */
export function createEventHub(options: EventOptions): EventHub {
  const { launch, kept = 1000, heartbeatMs = 15_000, progressMs = 200 } = options
  const hub: HubState = {
    launch,
    kept,
    progressMs,
    entries: [],
    listeners: new Set(),
    waiting: new Map(),
    number: 0,
    forgotten: 0,
    closed: false,
  }
  const heartbeat = setInterval(() => broadcast(hub, ': still here\n\n'), heartbeatMs)
  heartbeat.unref()
  return {
    emit(name, data) {
      const event = { name, data } as ApiEvent
      if (event.name === 'job.progress') return thin(hub, event.data)
      if (event.name === 'job') dropHeld(hub, event.data.id)
      publish(hub, event)
    },
    stream: (last, signal) => streamOf(hub, last, signal),
    listeners: () => hub.listeners.size,
    close() {
      hub.closed = true
      clearInterval(heartbeat)
      for (const { timer } of hub.waiting.values()) clearTimeout(timer)
      for (const listener of [...hub.listeners]) listener.end()
    },
  }
}
