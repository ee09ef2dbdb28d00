/** Thinning what a job changes: whoever shows images or counts asks for them again each time, so not for every batch. */
import type { Shown } from './kind.ts'
import type { QueueOptions } from './options.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** Takes changes, however often they come. */
export interface ChangeFlow {
  push(what: Shown): void
  /** Tells of what is still waiting. */
  flush(): void
}

const tellEvery = 1000

/** `tell` is called at most once a second for each of the two, and always after the last change. */
export function createChangeFlow(tell: NonNullable<QueueOptions['changed']>): ChangeFlow {
  const telling: Record<Shown, Throttle> = {
    images: createThrottle(tellEvery, () => tell('images')),
    project: createThrottle(tellEvery, () => tell('project')),
  }
  return {
    push: what => telling[what].ask(),
    flush() {
      telling.images.flush()
      telling.project.flush()
    },
  }
}
