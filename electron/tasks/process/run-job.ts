/** Runs a job as a child process: start, progress, cancellation, and every way in which it can end. */
import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { RelabelError } from '../../../core/base/error.ts'
import { fromWire, toWire } from '../../../core/base/wire-error.ts'
import type { FromJob, Progress, ToJob } from './protocol.ts'

/** What the caller wants to hear, and its means to stop the job. */
export interface JobOptions {
  onProgress?: (progress: Progress) => void
  onWarning?: (text: string) => void
  onEvent?: (data: unknown) => void
  /** Abort cancels the job: it finishes its files and exits; the promise rejects with code `cancelled`. */
  signal?: AbortSignal
  /** A cancelled job that has not ended after this many ms is killed. */
  grace?: number
  /** Receives the lines that the job prints, which otherwise go to stderr. */
  onLine?: (line: string) => void
  /** Process id of the job, once there is one. */
  onStart?: (pid: number) => void
  /** The job worker's module; for tests. */
  worker?: string
}

/** How a job ended without a result or an error: the `cause` of its Error. */
interface SuddenEnd {
  signal: NodeJS.Signals | null
  exitCode: number | null
}

/** The end that {@link runJob} rejected for; undefined where the job told its reason. */
export function suddenEnd(error: unknown): SuddenEnd | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return isSuddenEnd(cause) ? cause : undefined
}

const isSuddenEnd = (cause: unknown): cause is SuddenEnd =>
  typeof cause === 'object' && cause !== null && 'signal' in cause && 'exitCode' in cause

/**
 * Runs job `name` (see `index.ts`) with `config` (structured-cloneable) in a child process and resolves with its
 * result. A job that fails rejects with its own error; one that is killed or crashes rejects with an Error that
 * describes it.
 */
export function runJob<Result>(name: string, config: unknown, options: JobOptions = {}): Promise<Result> {
  if (options.signal?.aborted) return Promise.reject(stopped(name))
  const worker = options.worker ?? fileURLToPath(new URL('../worker.ts', import.meta.url))
  const child = fork(worker, [name], {
    serialization: 'advanced',
    execArgv: [],
    // Whatever the job prints goes to stderr: stdout belongs to the result.
    stdio: options.onLine ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 2, 2, 'ipc'],
  })
  if (child.pid !== undefined) options.onStart?.(child.pid)
  if (options.onLine) for (const stream of [child.stdout, child.stderr]) readLines(stream, options.onLine)
  const send = (message: ToJob): void => void (child.connected && child.send(message, () => {}))

  return new Promise<Result>((resolve, reject) => {
    let ended: FromJob | undefined
    let timer: NodeJS.Timeout | undefined
    const cancel = (): void => {
      send({ type: 'cancel' })
      timer = setTimeout(() => child.kill('SIGKILL'), options.grace ?? 60_000)
      timer.unref()
    }
    // A parent that has to exit immediately must not leave its job behind.
    const killWithParent = (): void => void child.kill('SIGKILL')
    process.once('exit', killWithParent)

    child.on('message', (message: FromJob) => {
      if (message.type === 'ready') {
        // Stopped before it began: there is nothing to finish.
        if (options.signal?.aborted) child.kill('SIGKILL')
        else send({ type: 'start', config })
      } else if (message.type === 'progress') options.onProgress?.(message.progress)
      else if (message.type === 'warning') options.onWarning?.(message.text)
      else if (message.type === 'event') options.onEvent?.(message.data)
      else ended = message
    })
    options.signal?.addEventListener('abort', cancel)
    child.on('error', error => {
      ended ??= { type: 'failed', ...toWire(error) }
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      process.off('exit', killWithParent)
      options.signal?.removeEventListener('abort', cancel)
      if (ended?.type === 'done') resolve(ended.result as Result)
      else if (ended?.type === 'failed') reject(fromWire(ended))
      else if (options.signal?.aborted) reject(stopped(name))
      else
        reject(
          new Error(
            `the ${name} job ended without a result (${signal ? `killed by ${signal}` : `exit code ${code}`}); did it run out of memory?`,
            { cause: { signal, exitCode: code } satisfies SuddenEnd },
          ),
        )
    })
  })
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine)
}

const stopped = (name: string): RelabelError =>
  new RelabelError('cancelled', `the ${name} job was stopped before it could finish`)
