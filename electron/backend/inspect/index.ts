/** Inspects a project in a separate process first: a malicious one can block that process, but not the backend. */
import { fork, type ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RelabelError } from '../../../core/base/error.ts'
import { fromWire, type WireError } from '../../../core/base/wire-error.ts'

export interface InspectOptions {
  signal?: AbortSignal | undefined
  /** Timeout in milliseconds; default: depends on the size of the project's database. */
  limit?: number | undefined
  /** The process's module; for tests. */
  worker?: string | undefined
}

/** An idle disk reads a hundred times as fast. */
const slowestBytesPerMs = 2000
const leastLimit = 60_000

const limitFor = (dir: string): number =>
  leastLimit + (statSync(join(dir, 'project.db'), { throwIfNoEntry: false })?.size ?? 0) / slowestBytesPerMs

/**
 * Resolves if the project can be read; rejects with `bad-project` if it cannot, or if that is not
 * known within the timeout, and with `cancelled` if `signal` is aborted first. Other problems (no such folder, a disk
 * that cannot be written, another writer) are left to the code that opens it.
 */
export async function inspectProject(dir: string, options: InspectOptions = {}): Promise<void> {
  const { signal, limit = limitFor(dir) } = options
  if (signal?.aborted) throw cancelled()
  const child = fork(options.worker ?? fileURLToPath(new URL('worker.ts', import.meta.url)), [dir], {
    execArgv: [],
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  let late = false
  const kill = (): void => void child.kill('SIGKILL')
  const timer = setTimeout(() => {
    late = true
    kill()
  }, limit)
  signal?.addEventListener('abort', kill)
  process.once('exit', kill)
  try {
    const problem = await answerOf(child)
    if (problem === null || (problem !== undefined && problem.code !== 'bad-project')) return
    if (problem) throw fromWire(problem)
    if (signal?.aborted) throw cancelled()
    const why = late
      ? `inspecting it took more than ${Math.round(limit / 1000)} s`
      : 'inspecting it crashed the process'
    throw new RelabelError(
      'bad-project',
      `${dir} is not opened: ${why}; it may be damaged, or made to do harm`,
      { dir },
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', kill)
    process.off('exit', kill)
  }
}

/** Null: no problem; undefined: it ended without a result. */
function answerOf(child: ChildProcess): Promise<WireError | null | undefined> {
  return new Promise(resolve => {
    let answer: WireError | null | undefined
    child.on('message', message => (answer = message as WireError | null))
    child.on('error', () => resolve(undefined))
    child.on('exit', () => resolve(answer))
  })
}

const cancelled = (): RelabelError => new RelabelError('cancelled', 'the program is ending')
