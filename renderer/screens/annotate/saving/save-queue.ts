/**
 * Saves the steps of one image's corrections in order, one at a time; reports "saved" only after the backend has
 * confirmed it.
 */
import type { CorrectionState } from '../../../../core/contract/api/corrections.ts'
import { reconcile, type Reconciled, type SaveStep } from './steps.ts'

/** The save state. */
export interface SaveState {
  status: 'saved' | 'saving' | 'retrying'
  /** Number of unconfirmed steps. */
  unsent: number
  /** Why the last attempt failed, while `retrying`. */
  reason: string | null
}

/** Timers, replaceable in tests. */
export interface Timers {
  set(act: () => void, milliseconds: number): unknown
  clear(timer: unknown): void
}

export interface SaveQueueParts {
  /** The version that the steps are based on. */
  version: number
  /** Steps from an earlier visit, sent first. */
  steps?: readonly SaveStep[]
  /** Saves one step; returns the new version. Throws errors with a `code`. */
  send(step: SaveStep, version: number): Promise<number>
  /** Loads the saved corrections. */
  reload(): Promise<CorrectionState>
  /** Stores the unsent steps in the outbox, which survives a reload. */
  keep(steps: readonly SaveStep[]): void
  changed(state: SaveState): void
  /** Called when the saved state differs from ours: the new history, and steps that were not applied, with the reason. */
  rebased(result: Reconciled & { reason: string }): void
  timers?: Timers
}

export interface SaveQueue {
  push(step: SaveStep): void
  state(): SaveState
  /** Retries at once if it waits for the next attempt. */
  retryNow(): void
  /** Resolves when everything is sent; false after a timeout of `milliseconds`. */
  settled(milliseconds: number): Promise<boolean>
  /** Stops sending; unsent steps stay in the outbox. */
  stop(): void
}

const realTimers: Timers = {
  set: (act, milliseconds) => setTimeout(act, milliseconds),
  clear: timer => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** Milliseconds before the n-th retry (n ≥ 1): 1, 2, 4, … seconds, at most 30. */
export const backoff = (n: number): number => Math.min(30_000, 1000 * 2 ** (n - 1))

/** Errors for which a retry is pointless. */
const final = new Set(['usage', 'mismatch', 'unsupported', 'bad-data', 'bad-label-map'])

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** The save state over several images: the worst of them, with the total of unsent steps. */
export function worstOf(states: readonly SaveState[]): SaveState {
  const failing = states.find(state => state.status === 'retrying')
  const busy = states.find(state => state.status === 'saving')
  const unsent = states.reduce((sum, state) => sum + state.unsent, 0)
  return { ...(failing ?? busy ?? { status: 'saved', reason: null }), unsent }
}

/** The state of a queue. */
interface Queue {
  parts: SaveQueueParts
  timers: Timers
  version: number
  unsent: readonly SaveStep[]
  running: boolean
  stopped: boolean
  /** Consecutive failures. */
  failures: number
  conflicts: number
  reason: string | null
  /** Timer of the next attempt after a failure. */
  timer: unknown
  /** Callbacks for when everything is sent. */
  waiting: Set<() => void>
}

function stateOf({ unsent, failures, reason }: Queue): SaveState {
  if (unsent.length === 0) return { status: 'saved', unsent: 0, reason: null }
  return { status: failures > 0 ? 'retrying' : 'saving', unsent: unsent.length, reason }
}

function tell(queue: Queue): void {
  queue.parts.changed(stateOf(queue))
  if (queue.unsent.length > 0) return
  for (const done of queue.waiting) done()
  queue.waiting.clear()
}

/** The backend's state differs: rebases the remaining steps on it. `refused`: drops the first step. */
async function rebase(queue: Queue, reason: string, refused: boolean): Promise<void> {
  const saved = await queue.parts.reload()
  if (queue.stopped) return
  const first = refused ? queue.unsent.slice(0, 1) : []
  const result = reconcile(saved, queue.unsent.slice(first.length))
  queue.version = saved.version
  queue.unsent = result.keep
  queue.parts.keep(queue.unsent)
  queue.parts.rebased({ ...result, dropped: [...first, ...result.dropped], reason })
}

async function sendFirst(queue: Queue, step: SaveStep): Promise<void> {
  try {
    queue.version = await queue.parts.send(step, queue.version)
    queue.conflicts = 0
  } catch (error) {
    const refused = final.has(codeOf(error))
    if (!refused && codeOf(error) !== 'conflict') throw error
    // A step that is refused twice on the newest state will not succeed the third time.
    await rebase(queue, textOf(error), refused || ++queue.conflicts > 2)
    return
  }
  queue.unsent = queue.unsent.slice(1)
  queue.parts.keep(queue.unsent)
}

/** Sends until nothing is left; retries later after a failure. */
async function pump(queue: Queue): Promise<void> {
  if (queue.running || queue.stopped) return
  queue.running = true
  try {
    for (let step = queue.unsent[0]; step && !queue.stopped; step = queue.unsent[0]) {
      await sendFirst(queue, step)
      queue.failures = 0
      queue.reason = null
      if (!queue.stopped) tell(queue)
    }
  } catch (error) {
    queue.failures++
    queue.reason = textOf(error)
    if (queue.stopped) return
    queue.timer = queue.timers.set(() => void again(queue), backoff(queue.failures))
    tell(queue)
  } finally {
    queue.running = false
  }
}

function again(queue: Queue): Promise<void> {
  queue.timer = null
  return pump(queue)
}

function settled({ unsent, timers, waiting }: Queue, milliseconds: number): Promise<boolean> {
  if (unsent.length === 0) return Promise.resolve(true)
  return new Promise(resolve => {
    const late = timers.set(() => {
      waiting.delete(done)
      resolve(false)
    }, milliseconds)
    const done = (): void => {
      timers.clear(late)
      resolve(true)
    }
    waiting.add(done)
  })
}

export function createSaveQueue(parts: SaveQueueParts): SaveQueue {
  const queue: Queue = {
    parts,
    timers: parts.timers ?? realTimers,
    version: parts.version,
    unsent: [...(parts.steps ?? [])],
    running: false,
    stopped: false,
    failures: 0,
    conflicts: 0,
    reason: null,
    timer: null,
    waiting: new Set(),
  }
  if (queue.unsent.length > 0) void pump(queue)
  return {
    push(step) {
      queue.unsent = [...queue.unsent, step]
      parts.keep(queue.unsent)
      tell(queue)
      if (queue.timer === null) void pump(queue)
    },
    state: () => stateOf(queue),
    retryNow() {
      if (queue.timer === null) return
      queue.timers.clear(queue.timer)
      void again(queue)
    },
    settled: milliseconds => settled(queue, milliseconds),
    stop() {
      queue.stopped = true
      if (queue.timer !== null) queue.timers.clear(queue.timer)
      queue.timer = null
    },
  }
}
