/** What a queue works with. */
import type { EventData, EventName } from '../../../core/contract/api/events.ts'
import type { Project } from '../../../core/project/project.ts'
import type { Shown } from './kind.ts'

/** The project, and the listeners for its jobs. */
export interface QueueOptions {
  project: Project
  /** This installation's: tells jobs that it was asked for from those that came with the project. */
  key: string
  /** Tells of jobs: `job`, `job.progress`, `job.dismissed`. */
  emit<Name extends EventName>(name: Name, data: EventData<Name>): void
  /** A job changed what others show; told at most once a second of each. */
  changed?(what: Shown): void
  /** How long a job may take to put its files in order before it is killed, ms; default a minute. */
  grace?: number
  /** The job worker's module; for tests. */
  worker?: string
}
