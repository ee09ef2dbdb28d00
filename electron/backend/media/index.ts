/**
 * Pictures made in a process of their own: the newest wishes first (they are what the person sees), a wish that nobody
 * waits for any more is dropped, and a file on which the process dies or hangs is not tried again in this launch.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { RelabelError } from '../../../core/base/error.ts'
import { fromWire } from '../../../core/base/wire-error.ts'
import type { Picture } from '../../../core/image/picture.ts'
import type { FromMedia, MediaTask, ToMedia } from './messages.ts'

export interface Media {
  /** Rejects with `bad-image`, or `cancelled` where every caller has gone away. */
  picture(task: MediaTask, signal?: AbortSignal): Promise<Picture>
  /** Process id of the decoding process, while there is one. */
  pid(): number | undefined
  close(): Promise<void>
}

/** Numbers that tests make smaller. */
export interface MediaOptions {
  /** A file that takes longer is given up. */
  timeoutMs?: number
  /** Files under way at the same time. */
  parallel?: number
  worker?: string
}

interface Wish {
  id: number
  key: string
  task: MediaTask
  waiting: Set<(result: Picture | RelabelError) => void>
  /** Processes that died while they had it. */
  deaths: number
  started: boolean
  timer?: NodeJS.Timeout
}

const bad = (file: string, reason: string): RelabelError =>
  new RelabelError('bad-image', `${file}: ${reason}`, { file, reason })

export function createMedia(options: MediaOptions = {}): Media {
  const { timeoutMs = 30_000, parallel = Math.min(4, availableParallelism()) } = options
  const script = options.worker ?? fileURLToPath(new URL('worker.ts', import.meta.url))
  const wishes = new Map<string, Wish>()
  /** Newest last. */
  const queue: Wish[] = []
  const running = new Map<number, Wish>()
  const badFiles = new Map<string, RelabelError>()
  let child: ChildProcess | undefined
  let nextId = 1
  let closed = false

  function finish(wish: Wish, result: Picture | RelabelError): void {
    clearTimeout(wish.timer)
    running.delete(wish.id)
    wishes.delete(wish.key)
    for (const hear of [...wish.waiting]) hear(result)
  }

  function start(): ChildProcess {
    const started = fork(script, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 2, 'ipc'],
    })
    started.on('message', (message: FromMedia) => {
      const wish = running.get(message.id)
      if (!wish) return
      if ('picture' in message) finish(wish, message.picture)
      else {
        const error = fromWire(message.error)
        finish(wish, error instanceof RelabelError ? error : bad(wish.task.file, error.message))
      }
      pump()
    })
    started.on('error', () => {})
    started.on('exit', () => {
      if (child !== started) return
      child = undefined
      if (closed) return
      // Whoever was under way may be to blame: each gets one more try, alone.
      for (const wish of [...running.values()]) {
        clearTimeout(wish.timer)
        running.delete(wish.id)
        wish.deaths++
        wish.started = false
        if (wish.deaths > 1) blame(wish, 'the decoder died on it')
        else queue.push(wish)
      }
      pump()
    })
    child = started
    return started
  }

  function blame(wish: Wish, reason: string): void {
    const error = bad(wish.task.file, reason)
    badFiles.set(wish.task.file, error)
    finish(wish, error)
  }

  function send(wish: Wish): void {
    wish.started = true
    running.set(wish.id, wish)
    wish.timer = setTimeout(() => {
      const stuck = child
      blame(wish, `decoding it took more than ${timeoutMs / 1000} seconds`)
      stuck?.kill('SIGKILL')
    }, timeoutMs)
    const message: ToMedia = { id: wish.id, task: wish.task }
    ;(child ?? start()).send(message, () => {}) // a process that is gone says so by 'exit'
  }

  function pump(): void {
    while (!closed && queue.length > 0) {
      const suspectRuns = [...running.values()].some(wish => wish.deaths > 0)
      if (suspectRuns || running.size >= parallel) return
      const wish = queue.at(-1)!
      if (wish.deaths > 0 && running.size > 0) return // alone, so that its death is its own
      queue.pop()
      send(wish)
    }
  }

  return {
    picture(task, signal) {
      const known = badFiles.get(task.file)
      if (known) return Promise.reject(known)
      const gone = (): RelabelError => new RelabelError('cancelled', 'nobody waits for this picture any more')
      if (closed || signal?.aborted) return Promise.reject(gone())
      const key = `${task.kind} ${task.side} ${task.file}`
      let wish = wishes.get(key)
      if (!wish) {
        wish = { id: nextId++, key, task, waiting: new Set(), deaths: 0, started: false }
        wishes.set(key, wish)
        queue.push(wish)
      }
      const asked = wish
      return new Promise<Picture>((resolve, reject) => {
        const leave = (): void => {
          asked.waiting.delete(hear)
          if (asked.waiting.size === 0 && !asked.started) {
            queue.splice(queue.indexOf(asked), 1)
            wishes.delete(asked.key)
          }
          reject(gone())
        }
        const hear = (result: Picture | RelabelError): void => {
          signal?.removeEventListener('abort', leave)
          if (result instanceof RelabelError) reject(result)
          else resolve(result)
        }
        asked.waiting.add(hear)
        signal?.addEventListener('abort', leave, { once: true })
        pump()
      })
    },
    pid: () => child?.pid,
    async close() {
      closed = true
      const running_ = child
      for (const wish of [...wishes.values()]) finish(wish, new RelabelError('cancelled', 'the program ends'))
      queue.length = 0
      if (!running_ || running_.exitCode !== null || running_.signalCode !== null) return
      const ended = new Promise<void>(resolve => running_.once('exit', () => resolve()))
      running_.kill('SIGKILL')
      await ended
    },
  }
}
