/** The speed of a run over the last few seconds. */

/** Items per second and seconds remaining. */
export interface Pace {
  mark(done: number): void
  rate(): number
}

const windowMs = 10_000

/** Measures the rate over the last ten seconds. */
export function createPace(now: () => number = () => performance.now()): Pace {
  const marks: { at: number; done: number }[] = []
  return {
    mark(done) {
      const at = now()
      marks.push({ at, done })
      while (marks.length > 2 && at - marks[1]!.at > windowMs) marks.shift()
    },
    rate() {
      const [first, last] = [marks[0], marks.at(-1)]
      if (!first || !last || last.at === first.at) return 0
      return ((last.done - first.done) / (last.at - first.at)) * 1000
    },
  }
}
