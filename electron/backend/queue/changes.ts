/** Throttles change events of a job, because images and counts are reloaded after each. */
import type { Shown } from './kind.ts'
import type { QueueOptions } from './options.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** Records a change; may be called at any rate. */
export interface ChangeFlow {
  push(what: Shown): void
  /** Sends pending changes. */
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
