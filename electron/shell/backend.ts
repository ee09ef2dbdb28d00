/** The backend as a child process: started with the app's own Node, supervised, restarted when it dies. */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail } from '../../core/base/error.ts'
import type { Places } from './places.ts'

/** `lost`: it died and is being started again; `failed`: it died too often. */
export type BackendState = 'starting' | 'ready' | 'lost' | 'restarted' | 'failed' | 'stopped'

export interface Backend {
  /** Path of its socket, once it is ready. Rejects where it could not be started or was stopped. */
  socket(): Promise<string>
  state(): BackendState
  onState(listener: (state: BackendState) => void): void
  /** The last lines it printed on stderr. */
  log(): string[]
  /** Asks it to exit, and waits until it has. */
  stop(): Promise<void>
}

/** Timeouts and limits, which tests reduce. */
export interface BackendTimes {
  /** Deaths within `windowMs` after which it is given up. */
  attempts: number
  windowMs: number
  /** Before the n-th start in a row, n times this. */
  waitMs: number
  /** After this long without an end it is killed. */
  graceMs: number
}

const backendTimes: BackendTimes = { attempts: 5, windowMs: 60_000, waitMs: 300, graceMs: 15_000 }

interface Waiting {
  promise: Promise<string>
  resolve(socket: string): void
  reject(error: Error): void
}

function waiting(): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  promise.catch(() => {}) // nobody may be waiting
  return { promise, resolve, reject }
}

/** A socket in a folder that only this user may enter; on Windows a named pipe, without a folder. */
function socketPlace(): { socket: string; folder: string | null } {
  if (process.platform === 'win32')
    return { socket: `\\\\.\\pipe\\relabel-studio-${process.pid}-${Date.now()}`, folder: null }
  const folder = mkdtempSync(join(tmpdir(), 'relabel-studio-'))
  chmodSync(folder, 0o700)
  return { socket: join(folder, 'backend.sock'), folder }
}

/** Starts the backend. */
export function startBackend(places: Places, args: readonly string[], times = backendTimes): Backend {
  const { socket, folder } = socketPlace()
  const listeners: ((state: BackendState) => void)[] = []
  const lines: string[] = []
  const deaths: number[] = []
  let state: BackendState = 'starting'
  let child: ChildProcess | undefined
  let ready = waiting()

  const turn = (next: BackendState): void => {
    state = next
    for (const listener of listeners) listener(next)
  }
  const keep = (text: string): void => {
    lines.push(...text.split('\n').filter(line => line.trim() !== ''))
    lines.splice(0, lines.length - 200)
  }

  function start(again: boolean): void {
    // The backend reopens what was open when it died, so the initial project is no longer passed.
    const first = again ? [] : args
    const options = ['--socket', socket, '--home', places.home, '--with-parent', ...first]
    const started = spawn(places.node, [places.backend, ...options], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    })
    child = started
    let printed = ''
    started.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const line = printed.slice(0, Math.max(0, printed.indexOf('\n')))
      if (state === 'ready' || state === 'restarted' || !line.includes('"ready"')) return
      ready.resolve(socket)
      turn(again ? 'restarted' : 'ready')
    })
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      keep(text)
      process.stderr.write(text)
    })
    started.stdin.on('error', () => {}) // it died while we held its stdin
    started.on('error', error => keep(error.message))
    started.on('close', (code, signal) => ended(code, signal))
  }

  function ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (state === 'stopped' || state === 'failed') return
    keep(`the backend ended (${signal ?? `exit code ${code}`})`)
    const now = Date.now()
    deaths.push(now)
    while (deaths[0] !== undefined && now - deaths[0] > times.windowMs) deaths.shift()
    if (state === 'ready' || state === 'restarted') ready = waiting()
    if (deaths.length >= times.attempts) {
      ready.reject(new Error(`it died ${deaths.length} times: ${lines.at(-2) ?? lines.at(-1) ?? ''}`))
      turn('failed')
      return
    }
    turn('lost')
    setTimeout(() => state === 'lost' && start(true), times.waitMs * deaths.length)
  }

  start(false)
  return {
    socket: () => ready.promise,
    state: () => state,
    onState: listener => void listeners.push(listener),
    log: () => [...lines],
    async stop() {
      const running = child
      if (state !== 'stopped') ready.reject(new Error('it was stopped'))
      state = 'stopped'
      if (running && running.exitCode === null && running.signalCode === null) {
        const closed = new Promise<void>(resolve => running.once('close', () => resolve()))
        running.stdin?.end() // `--with-parent`: its end is the sign to put everything in order
        const timer = setTimeout(() => running.kill('SIGKILL'), times.graceMs)
        await closed
        clearTimeout(timer)
      }
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One call of the API, from the main process. */
export async function ask<Answer>(backend: Backend, name: string, input: unknown): Promise<Answer> {
  const { request } = await import('node:http')
  const socketPath = await backend.socket()
  const body = Buffer.from(JSON.stringify(input))
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length, host: 'localhost' }
    const outgoing = request({ socketPath, path: `/api/call/${name}`, method: 'POST', headers }, incoming => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
      incoming.on('error', reject)
      incoming.on('end', () => {
        try {
          const answer: unknown = JSON.parse(text)
          if (incoming.statusCode === 200) resolve(answer as Answer)
          else fail('unsupported', (answer as { message?: string }).message ?? `${name} failed`)
        } catch (error) {
          reject(error as Error)
        }
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
