/**
 * Makes pictures in a separate process: the newest requests first (the user sees these), a request that nobody
 * waits for any more is dropped, and a file on which the process dies or hangs is not tried again in this launch,
 * as long as it stays that file.
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

/** Timeouts and limits, which tests reduce. */
export interface MediaOptions {
  /** A file that takes longer is given up. */
  timeoutMs?: number
  /** Files under way at the same time. */
  parallel?: number
  worker?: string
}

/** A picture that somebody asked for. */
interface Wish {
  id: number
  key: string
  task: MediaTask
  waiting: Set<(result: Picture | RelabelError) => void>
  /** Processes that died while they had it. */
  deaths: number
  /** Whether the process has it. */
  started: boolean
  timer?: NodeJS.Timeout
}

/** The process and what it is asked for. */
interface Decoding {
  readonly script: string
  readonly timeoutMs: number
  readonly parallel: number
  /** Every wish that is not answered, by what it asks for. */
  readonly wishes: Map<string, Wish>
  /** Those that wait, newest last. */
  readonly queue: Wish[]
  /** Those that the process has, by their id. */
  readonly running: Map<number, Wish>
  /** Files that are not tried again, by their key. */
  readonly badFiles: Map<string, RelabelError>
  child: ChildProcess | undefined
  nextId: number
  closed: boolean
}

/** A file by its name; another one in its place has another key. */
const fileKey = ({ file, stamp }: MediaTask): string => `${stamp.size} ${stamp.modified} ${file}`

const bad = (file: string, reason: string): RelabelError =>
  new RelabelError('bad-image', `${file}: ${reason}`, { file, reason })
const abandoned = (): RelabelError =>
  new RelabelError('cancelled', 'the caller is no longer waiting for this picture')

export function createMedia(options: MediaOptions = {}): Media {
  const decoding: Decoding = {
    script: options.worker ?? fileURLToPath(new URL('worker.ts', import.meta.url)),
    timeoutMs: options.timeoutMs ?? 30_000,
    parallel: options.parallel ?? Math.min(4, availableParallelism()),
    wishes: new Map(),
    queue: [],
    running: new Map(),
    badFiles: new Map(),
    child: undefined,
    nextId: 1,
    closed: false,
  }
  return {
    picture: (task, signal) => picture(decoding, task, signal),
    pid: () => decoding.child?.pid,
    close: () => close(decoding),
  }
}

function picture(decoding: Decoding, task: MediaTask, signal?: AbortSignal): Promise<Picture> {
  const known = decoding.badFiles.get(fileKey(task))
  if (known) return Promise.reject(known)
  if (decoding.closed || signal?.aborted) return Promise.reject(abandoned())
  const wish = wishFor(decoding, task)
  return new Promise<Picture>((resolve, reject) => {
    const leave = (): void => {
      wish.waiting.delete(hear)
      if (wish.waiting.size === 0 && !wish.started) drop(decoding, wish)
      reject(abandoned())
    }
    const hear = (result: Picture | RelabelError): void => {
      signal?.removeEventListener('abort', leave)
      if (result instanceof RelabelError) reject(result)
      else resolve(result)
    }
    wish.waiting.add(hear)
    signal?.addEventListener('abort', leave, { once: true })
    pump(decoding)
  })
}

/** The wish for a task: the one that others wait for already, or a new one. */
function wishFor(decoding: Decoding, task: MediaTask): Wish {
  const key = `${task.kind} ${task.side} ${fileKey(task)}`
  const asked = decoding.wishes.get(key)
  if (asked) return asked
  const wish: Wish = {
    id: decoding.nextId++,
    key,
    task,
    waiting: new Set(),
    deaths: 0,
    started: false,
  }
  decoding.wishes.set(key, wish)
  decoding.queue.push(wish)
  return wish
}

/** Takes back a wish that the process does not have. */
function drop({ queue, wishes }: Decoding, wish: Wish): void {
  queue.splice(queue.indexOf(wish), 1)
  wishes.delete(wish.key)
}

/** Answers everybody who waits for a wish. */
function finish({ running, wishes }: Decoding, wish: Wish, result: Picture | RelabelError): void {
  clearTimeout(wish.timer)
  running.delete(wish.id)
  wishes.delete(wish.key)
  for (const hear of [...wish.waiting]) hear(result)
}

function blame(decoding: Decoding, wish: Wish, reason: string): void {
  const error = bad(wish.task.file, reason)
  decoding.badFiles.set(fileKey(wish.task), error)
  finish(decoding, wish, error)
}

/** Gives the process as many wishes as it may have. */
function pump(decoding: Decoding): void {
  const { queue, running, parallel } = decoding
  while (!decoding.closed && queue.length > 0) {
    const suspectRuns = [...running.values()].some(wish => wish.deaths > 0)
    if (suspectRuns || running.size >= parallel) return
    const wish = queue.at(-1)!
    if (wish.deaths > 0 && running.size > 0) return // alone, so that its death is its own
    queue.pop()
    send(decoding, wish)
  }
}

function send(decoding: Decoding, wish: Wish): void {
  const { timeoutMs } = decoding
  wish.started = true
  decoding.running.set(wish.id, wish)
  wish.timer = setTimeout(() => {
    const stuck = decoding.child
    blame(decoding, wish, `decoding it took more than ${timeoutMs / 1000} seconds`)
    stuck?.kill('SIGKILL')
  }, timeoutMs)
  const message: ToMedia = { id: wish.id, task: wish.task }
  ;(decoding.child ?? start(decoding)).send(message, () => {}) // a dead process emits 'exit'
}

function start(decoding: Decoding): ChildProcess {
  const child = fork(decoding.script, [], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  })
  child.on('message', (message: FromMedia) => answered(decoding, message))
  child.on('error', () => {})
  child.on('exit', () => {
    if (decoding.child === child) exited(decoding)
  })
  decoding.child = child
  return child
}

function answered(decoding: Decoding, message: FromMedia): void {
  const wish = decoding.running.get(message.id)
  if (!wish) return
  if ('picture' in message) finish(decoding, wish, message.picture)
  else {
    const error = fromWire(message.error)
    finish(decoding, wish, error instanceof RelabelError ? error : bad(wish.task.file, error.message))
  }
  pump(decoding)
}

/** The process is gone. Whatever it had may be to blame: each gets one more try, alone. */
function exited(decoding: Decoding): void {
  decoding.child = undefined
  if (decoding.closed) return
  for (const wish of [...decoding.running.values()]) {
    clearTimeout(wish.timer)
    decoding.running.delete(wish.id)
    wish.deaths++
    wish.started = false
    if (wish.deaths > 1) blame(decoding, wish, 'the decoder died on it')
    else decoding.queue.push(wish)
  }
  pump(decoding)
}

async function close(decoding: Decoding): Promise<void> {
  decoding.closed = true
  const { child, wishes } = decoding
  for (const wish of [...wishes.values()])
    finish(decoding, wish, new RelabelError('cancelled', 'the program ends'))
  decoding.queue.length = 0
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  child.kill('SIGKILL')
  await ended
}
