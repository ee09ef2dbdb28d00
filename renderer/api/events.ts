/**
 * The backend's event stream: one shared EventSource that resumes automatically and reports when it is lost or refused.
 */
import { readonly, shallowRef } from 'vue'
import type { EventData, EventName } from '../../core/contract/api/events.ts'
import { callUrl, eventsUrl } from '../../core/contract/api/urls.ts'

/** `refused`: the backend was restarted and does not know this page. */
export type Connection = 'connecting' | 'open' | 'lost' | 'refused'

type Listener = (data: never) => void
const names = [
  'job',
  'job.progress',
  'job.dismissed',
  'project',
  'images',
  'settings',
  'opening',
  'reset',
] as const satisfies readonly EventName[]

/** Milliseconds before a closed stream is opened again. */
const retryAfter = 1500

const listeners = new Map<EventName, Set<Listener>>()
const state = shallowRef<Connection>('connecting')
let source: EventSource | null = null
let timer: ReturnType<typeof setTimeout> | null = null
let wasClosed = false

/** State of the stream. */
export const connection = readonly(state)

function emit<Name extends EventName>(name: Name, data: EventData<Name>): void {
  for (const listener of listeners.get(name) ?? []) (listener as (data: EventData<Name>) => void)(data)
}

function receive(name: EventName, message: MessageEvent<unknown>): void {
  if (typeof message.data !== 'string') return
  try {
    emit(name, JSON.parse(message.data) as never)
  } catch (error) {
    console.error(`event ${name} could not be read`, error)
  }
}

/** Whether the backend refuses this page; the stream's error does not reveal that. */
async function isRefused(): Promise<boolean> {
  try {
    const ask = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    return (await fetch(callUrl('project.info'), ask)).status === 403
  } catch {
    return false
  }
}

/** Opens the stream; once, when the app starts. */
export function connectEvents(): void {
  if (source !== null && source.readyState !== EventSource.CLOSED) return
  if (timer !== null) clearTimeout(timer)
  const stream = new EventSource(eventsUrl)
  source = stream
  for (const name of names) stream.addEventListener(name, message => receive(name, message))
  stream.onopen = () => {
    state.value = 'open'
    // A stream that the browser closed cannot resume, so everything has to be loaded again.
    if (wasClosed) emit('reset', {})
    wasClosed = false
  }
  stream.onerror = () => {
    if (state.value !== 'refused') state.value = 'lost'
    if (stream.readyState !== EventSource.CLOSED) return
    wasClosed = true
    // The cookie may appear at any time, when another page opens the new address.
    timer = setTimeout(connectEvents, retryAfter)
    void isRefused().then(refused => {
      if (source === stream && stream.readyState === EventSource.CLOSED)
        state.value = refused ? 'refused' : 'lost'
    })
  }
}

/** Listens to one event; returns a function that stops it. */
export function onEvent<Name extends EventName>(
  name: Name,
  listener: (data: EventData<Name>) => void,
): () => void {
  const all = listeners.get(name) ?? new Set<Listener>()
  listeners.set(name, all)
  all.add(listener as Listener)
  return () => all.delete(listener as Listener)
}
