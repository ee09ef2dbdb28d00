/** A timer that runs something once, some time after it was requested, however often it was requested. */

export interface Timer {
  /** Milliseconds from the first request on; later ones change nothing. */
  start(wait: number): void
  /** Milliseconds from the last request on. */
  restart(wait: number): void
  cancel(): void
  /** Whether it has been asked for and not yet done. */
  isSet(): boolean
}

export function createTimer(act: () => void): Timer {
  let timer: ReturnType<typeof setTimeout> | undefined

  function cancel(): void {
    clearTimeout(timer)
    timer = undefined
  }
  function start(wait: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      act()
    }, wait)
  }
  return {
    start,
    restart(wait) {
      cancel()
      start(wait)
    },
    cancel,
    isSet: () => timer !== undefined,
  }
}
