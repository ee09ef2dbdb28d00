/** Times of brushing for the benchmark, which reads `window.__annotateTimings`; measured only if the URL has `?bench`. */
import { nextTick } from 'vue'

/** Milliseconds by what was timed. */
export type Timings = Record<'event' | 'apply' | 'paint' | 'frame', number[]>

declare global {
  interface Window {
    __annotateTimings?: Timings
  }
}

const wanted = /[?&]bench\b/.test(location.search) || /[?&]bench\b/.test(location.hash)
if (wanted) window.__annotateTimings = { event: [], apply: [], paint: [], frame: [] }

/** Runs a function, and records its duration if requested. */
export function timed<Result>(what: keyof Timings, act: () => Result): Result {
  const timings = window.__annotateTimings
  if (!timings) return act()
  const began = performance.now()
  const result = act()
  timings[what].push(performance.now() - began)
  return result
}

/** Records the time from now until the page has handled an event, and until its frame has been drawn. */
export function timeEvent(): void {
  const timings = window.__annotateTimings
  if (!timings) return
  const began = performance.now()
  void nextTick(() => timings.event.push(performance.now() - began))
  requestAnimationFrame(() => {
    const channel = new MessageChannel()
    channel.port1.onmessage = () => timings.frame.push(performance.now() - began)
    channel.port2.postMessage(null)
  })
}
