/** Thinning what a job changes: whoever shows images or counts asks for them again each time, so not for every batch. */
import type { QueueOptions } from './options.ts'

/** Takes changes, however often they come. */
export interface ChangeFlow {
  push(what: 'project' | 'images'): void
  /** Tells of what is still waiting. */
  flush(): void
}

const tellEvery = 1000

/** `tell` is called at most once a second for each of the two, and always after the last change. */
export function createChangeFlow(tell: NonNullable<QueueOptions['changed']>): ChangeFlow {
  const flows = (['images', 'project'] as const).map(what => {
    let waiting = false
    let toldAt = -Infinity
    let timer: NodeJS.Timeout | undefined
    const flush = (): void => {
      clearTimeout(timer)
      timer = undefined
      if (!waiting) return
      waiting = false
      toldAt = performance.now()
      tell(what)
    }
    return {
      what,
      flush,
      push() {
        waiting = true
        const wait = tellEvery - (performance.now() - toldAt)
        if (wait <= 0) flush()
        else timer ??= setTimeout(flush, wait)
      },
    }
  })
  return {
    push: what => flows.find(flow => flow.what === what)!.push(),
    flush: () => flows.forEach(flow => flow.flush()),
  }
}
