/** The backend's events, as the main process hears them: server-sent events over the socket, resumed when it restarts. */
import { request, type ClientRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiEvent } from '../../core/contract/api/events.ts'
import { eventsUrl } from '../../core/contract/api/urls.ts'
import type { Backend } from './backend.ts'

/** Whole events of a stream's text so far, and what is left of it. */
export function splitEvents(text: string): {
  events: { id: string; name: string; data: string }[]
  rest: string
} {
  const blocks = text.split('\n\n')
  const rest = blocks.pop() ?? ''
  const events = blocks.flatMap(block => {
    const event = { id: '', name: 'message', data: '' }
    for (const line of block.split('\n')) {
      const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
      if (field === 'id') event.id = value
      else if (field === 'event') event.name = value
      else if (field === 'data') event.data += value
    }
    return event.data === '' ? [] : [event]
  })
  return { events, rest }
}

/** Listens until the returned function is called. */
export function listenToBackend(backend: Backend, listener: (event: ApiEvent) => void): () => void {
  let stopped = false
  let current: ClientRequest | undefined
  let last = ''

  async function once(): Promise<void> {
    const socketPath = await backend.socket()
    await new Promise<void>(resolve => {
      const headers = {
        accept: 'text/event-stream',
        host: 'localhost',
        ...(last === '' ? {} : { 'last-event-id': last }),
      }
      current = request({ socketPath, path: eventsUrl, headers }, incoming => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (part: string) => {
          const { events, rest } = splitEvents(text + part.replaceAll('\r', ''))
          text = rest
          for (const { id, name, data } of events) {
            if (id !== '') last = id
            listener({ name, data: JSON.parse(data) as unknown } as ApiEvent)
          }
        })
        incoming.on('close', resolve)
      })
      current.on('error', () => resolve())
      current.end()
    })
  }

  void (async () => {
    while (!stopped) {
      await once().catch(() => undefined)
      if (!stopped) await sleep(500)
    }
  })()
  return () => {
    stopped = true
    current?.destroy()
  }
}
