/** Looking at a project in a process of its own: a strange or a large one can keep that busy, but not the backend. */
import { fork, type ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RelabelError } from '../../../core/base/error.ts'
import { fromWire } from '../../../core/base/wire-error.ts'
import type { ProjectCopy, ProjectRestored } from '../../../core/contract/api/project.ts'
import type { FromInspector, TaskInput, TaskName, TaskOutput } from './messages.ts'

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
/** Restoring copies, compares and replays; nothing waits for it but who asked. */
const restoreLimit = 3_600_000

const limitFor = (dir: string): number =>
  leastLimit + (statSync(join(dir, 'project.db'), { throwIfNoEntry: false })?.size ?? 0) / slowestBytesPerMs

/**
 * Resolves if the project can be read; rejects with `bad-project` if it cannot, or if that is not
 * known within the timeout, and with `cancelled` if `signal` is aborted first. Other problems (no such folder, a disk
 * that cannot be written, another writer) are left to the code that opens it.
 */
export async function inspectProject(dir: string, options: InspectOptions = {}): Promise<void> {
  try {
    await ask('look', { dir }, options)
  } catch (error) {
    if (error instanceof RelabelError && ['bad-project', 'cancelled'].includes(error.code)) throw error
  }
}

/** What is wrong with the structure of a project's database, one sentence each. Rejects as {@link inspectProject}. */
export const checkProjectStructure = (dir: string, options: InspectOptions = {}): Promise<string[]> =>
  ask('structure', { dir }, { limit: restoreLimit, ...options })

/** The copies of a project, newest first. */
export const listProjectCopies = (dir: string, options: InspectOptions = {}): Promise<ProjectCopy[]> =>
  ask('copies', { dir }, { limit: restoreLimit, ...options })

/** Restores a copy of a project that nobody has open. Rejects as `restoreCopy` throws. */
export const restoreProject = (
  dir: string,
  copy: string | undefined,
  options: InspectOptions = {},
): Promise<ProjectRestored> => ask('restore', { dir, copy }, { limit: restoreLimit, ...options })

async function ask<Name extends TaskName>(
  name: Name,
  input: TaskInput<Name>,
  { signal, limit = limitFor(input.dir), worker }: InspectOptions,
): Promise<TaskOutput<Name>> {
  if (signal?.aborted) throw cancelled()
  const module = worker ?? fileURLToPath(new URL('worker.ts', import.meta.url))
  const child = fork(module, [name, JSON.stringify(input)], { execArgv: [], stdio: ['ignore', 2, 2, 'ipc'] })
  let late = false
  const kill = (): void => void child.kill('SIGKILL')
  const timer = setTimeout(() => {
    late = true
    kill()
  }, limit)
  signal?.addEventListener('abort', kill)
  process.once('exit', kill)
  try {
    const answer = await answerOf(child)
    if (answer && 'result' in answer) return answer.result as TaskOutput<Name>
    if (answer) throw fromWire(answer.problem)
    if (signal?.aborted) throw cancelled()
    throw unanswered(input.dir, late ? limit : null)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', kill)
    process.off('exit', kill)
  }
}

/** Undefined: it ended without a word. */
function answerOf(child: ChildProcess): Promise<FromInspector | undefined> {
  return new Promise(resolve => {
    let answer: FromInspector | undefined
    child.on('message', message => (answer = message as FromInspector))
    child.on('error', () => resolve(undefined))
    child.on('exit', () => resolve(answer))
  })
}

const cancelled = (): RelabelError => new RelabelError('cancelled', 'the program is ending')

function unanswered(dir: string, limit: number | null): RelabelError {
  const why =
    limit === null
      ? 'inspecting it crashed the process'
      : `inspecting it took more than ${Math.round(limit / 1000)} s`
  return new RelabelError(
    'bad-project',
    `${dir} is not opened: ${why}; it may be damaged, or made to do harm`,
    { dir },
  )
}
