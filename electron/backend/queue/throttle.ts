/** Thins out what is asked for often: it is done at most once in a while, and always after the last request. */

export interface Throttle {
  /** Acts at once, or later if it acted a short while ago. */
  ask(): void
  /** Acts now if there is a request that was not acted on. */
  flush(): void
  /** Forgets the request that waits. */
  drop(): void
}

/** Calls `act` at most once in so many milliseconds. */
export function createThrottle(every: number, act: () => void): Throttle {
  let asked = false
  let actedAt = -Infinity
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    clearTimeout(timer)
    timer = undefined
  }
  function flush(): void {
    stop()
    if (!asked) return
    asked = false
    actedAt = performance.now()
    act()
  }
  return {
    ask() {
      asked = true
      if (timer) return
      const wait = every - (performance.now() - actedAt)
      if (wait <= 0) flush()
      else timer = setTimeout(flush, wait)
    },
    flush,
    drop() {
      asked = false
      stop()
    },
  }
}
