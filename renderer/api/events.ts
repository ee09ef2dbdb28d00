/** The backend's event stream: one shared EventSource that resumes by itself, and tells when it is lost. */
import { readonly, shallowRef } from 'vue'
import type { EventData, EventName } from '../../core/contract/api/events.ts'
import { eventsUrl } from '../../core/contract/api/urls.ts'

export type Connection = 'connecting' | 'open' | 'lost'

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

/** Milliseconds before a closed stream is opened anew. */
const retryAfter = 1500

const listeners = new Map<EventName, Set<Listener>>()
const state = shallowRef<Connection>('connecting')
let source: EventSource | null = null
let timer: ReturnType<typeof setTimeout> | null = null
let wasClosed = false

/** How the stream is doing. */
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

/** Opens the stream; once, when the app starts. */
export function connectEvents(): void {
  if (source !== null && source.readyState !== EventSource.CLOSED) return
  if (timer !== null) clearTimeout(timer)
  const stream = new EventSource(eventsUrl)
  source = stream
  for (const name of names) stream.addEventListener(name, message => receive(name, message))
  stream.onopen = () => {
    state.value = 'open'
    // A stream that the browser gave up on starts from nothing: what happened meanwhile has to be asked for.
    if (wasClosed) emit('reset', {})
    wasClosed = false
  }
  stream.onerror = () => {
    state.value = 'lost'
    if (stream.readyState !== EventSource.CLOSED) return
    wasClosed = true
    timer = setTimeout(connectEvents, retryAfter)
  }
}

/** Listens to one event; the answer stops it. */
export function onEvent<Name extends EventName>(
  name: Name,
  listener: (data: EventData<Name>) => void,
): () => void {
  const all = listeners.get(name) ?? new Set<Listener>()
  listeners.set(name, all)
  all.add(listener as Listener)
  return () => all.delete(listener as Listener)
}
