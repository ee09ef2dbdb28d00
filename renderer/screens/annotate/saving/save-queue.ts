/** Sends the steps of one image's corrections in order, one at a time; says Saved only after the backend has said so. */
import type { CorrectionState } from '../../../../core/contract/api/corrections.ts'
import { reconcile, type Reconciled, type SaveStep } from './steps.ts'

/** How saving stands. */
export interface SaveState {
  status: 'saved' | 'saving' | 'retrying'
  /** Steps without an answer. */
  unsent: number
  /** Why the last try failed, while `retrying`. */
  reason: string | null
}

/** Timers, so that tests can turn the clock. */
export interface Timers {
  set(act: () => void, milliseconds: number): unknown
  clear(timer: unknown): void
}

export interface SaveQueueParts {
  /** The version that the steps stand on. */
  version: number
  /** Steps of an earlier sitting, sent first. */
  steps?: readonly SaveStep[]
  /** Saves one step; gives the new version. Throws errors with a `code`. */
  send(step: SaveStep, version: number): Promise<number>
  /** Asks for what is saved. */
  reload(): Promise<CorrectionState>
  /** Keeps the unsent steps where a reload of the page finds them. */
  mirror(steps: readonly SaveStep[]): void
  changed(state: SaveState): void
  /** What is saved is not what we thought: the new history, and steps that were not applied, with the reason. */
  rebased(result: Reconciled & { reason: string }): void
  timers?: Timers
}

export interface SaveQueue {
  push(step: SaveStep): void
  state(): SaveState
  /** Tries again at once, where it waits for the next try. */
  retryNow(): void
  /** Resolves when nothing is unsent; false where `milliseconds` went by first. */
  settled(milliseconds: number): Promise<boolean>
  /** Sends nothing any more; unsent steps stay in the mirror. */
  stop(): void
}

const realTimers: Timers = {
  set: (act, milliseconds) => setTimeout(act, milliseconds),
  clear: timer => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/** Milliseconds before the n-th retry (n ≥ 1): 1, 2, 4, … seconds, at most 30. */
export const backoff = (n: number): number => Math.min(30_000, 1000 * 2 ** (n - 1))

/** Errors that the same words would meet again. */
const final = new Set(['usage', 'mismatch', 'unsupported', 'bad-data', 'bad-label-map'])

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '')
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export function createSaveQueue(parts: SaveQueueParts): SaveQueue {
  const timers = parts.timers ?? realTimers
  let { version } = parts
  let unsent: SaveStep[] = [...(parts.steps ?? [])]
  let running = false
  let stopped = false
  let failures = 0
  let reason: string | null = null
  let timer: unknown = null
  let conflicts = 0
  const waiting = new Set<() => void>()

  function state(): SaveState {
    if (unsent.length === 0) return { status: 'saved', unsent: 0, reason: null }
    return { status: failures > 0 ? 'retrying' : 'saving', unsent: unsent.length, reason }
  }

  function tell(): void {
    parts.changed(state())
    if (unsent.length > 0) return
    for (const done of waiting) done()
    waiting.clear()
  }

  /** The backend knows something else: lays the rest over that. `refused`: the first step is given up. */
  async function rebase(why: string, refused: boolean): Promise<void> {
    const saved = await parts.reload()
    if (stopped) return
    const first = refused ? unsent.slice(0, 1) : []
    const result = reconcile(saved, unsent.slice(first.length))
    version = saved.version
    unsent = result.keep
    parts.mirror(unsent)
    parts.rebased({ ...result, dropped: [...first, ...result.dropped], reason: why })
  }

  async function sendFirst(step: SaveStep): Promise<void> {
    try {
      version = await parts.send(step, version)
      conflicts = 0
    } catch (error) {
      const refused = final.has(codeOf(error))
      if (!refused && codeOf(error) !== 'conflict') throw error
      // A step that is refused twice on the newest state will not be taken the third time.
      await rebase(textOf(error), refused || ++conflicts > 2)
      return
    }
    unsent = unsent.slice(1)
    parts.mirror(unsent)
  }

  async function pump(): Promise<void> {
    if (running || stopped) return
    running = true
    try {
      for (let step = unsent[0]; step && !stopped; step = unsent[0]) {
        await sendFirst(step)
        failures = 0
        reason = null
        if (!stopped) tell()
      }
    } catch (error) {
      failures++
      reason = textOf(error)
      if (stopped) return
      timer = timers.set(() => void again(), backoff(failures))
      tell()
    } finally {
      running = false
    }
  }

  function again(): Promise<void> {
    timer = null
    return pump()
  }

  if (unsent.length > 0) void pump()
  return {
    push(step) {
      unsent = [...unsent, step]
      parts.mirror(unsent)
      tell()
      if (timer === null) void pump()
    },
    state,
    retryNow() {
      if (timer === null) return
      timers.clear(timer)
      void again()
    },
    settled(milliseconds) {
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
    },
    stop() {
      stopped = true
      if (timer !== null) timers.clear(timer)
      timer = null
    },
  }
}
