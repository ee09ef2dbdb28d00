/** Measures a job: items done, rate, remaining time, and share of time in inference. */

/** Figures of the items processed by this job; items done earlier do not count towards the rate. */
export interface Meter {
  /** Items that were done before this job. */
  before(count: number): void
  finished(): void
  inferred(seconds: number): void
  done(): number
  total(): { items: number; seconds: number; busy: number }
  /** Items per second over the last half minute or so; 0 before the first. */
  rate(): number
  /** Seconds left, or undefined before there is a rate. */
  left(): number | undefined
}

const windowMs = 30_000

/** Starts the clock. */
export function createMeter(total: number, now: () => number = () => performance.now()): Meter {
  const started = now()
  let before = 0
  let finished = 0
  let inference = 0
  /** Times at which items finished, for the last half minute. */
  const recent: { at: number; finished: number }[] = [{ at: started, finished: 0 }]

  const rate = (): number => {
    const first = recent[0]
    const seconds = first ? (now() - first.at) / 1000 : 0
    return first && seconds > 0 ? (finished - first.finished) / seconds : 0
  }
  return {
    before: count => void (before += count),
    finished() {
      finished++
      const at = now()
      const latest = recent.at(-1)
      if (!latest || at - latest.at > 500) recent.push({ at, finished })
      while (recent.length > 2 && at - recent[0]!.at > windowMs) recent.shift()
    },
    inferred: seconds => void (inference += seconds),
    done: () => before + finished,
    total() {
      const seconds = (now() - started) / 1000
      return { items: finished, seconds, busy: seconds > 0 ? inference / seconds : 0 }
    },
    rate,
    left() {
      const speed = rate()
      return finished > 0 && speed > 0 ? Math.max(0, total - before - finished) / speed : undefined
    },
  }
}
