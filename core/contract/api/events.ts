/** Events that the backend sends over one stream, which can be resumed (`Last-Event-ID`). */
import { z } from 'zod'
import { settings } from './app.ts'
import { nothing, progress } from './common.ts'
import { job } from './jobs.ts'
import { projectInfo } from './project.ts'

export const events = {
  /** A job changed. */
  job,
  /** Progress only, at most several times a second. */
  'job.progress': z.object({ id: z.number(), progress }),
  'job.dismissed': z.object({ id: z.number() }),
  /** The open project changed: another one, counts, annotations. */
  project: projectInfo.nullable(),
  /** Answers to filters may have changed; `ids`: only these images (at most 1000). */
  images: z.object({ version: z.number(), ids: z.array(z.number()).nullable() }),
  settings,
  /** Progress of opening the sample or a large project. */
  opening: progress,
  /** The stream could not be resumed: ask for everything again. */
  reset: nothing,
}

export type EventName = keyof typeof events
export type EventData<Name extends EventName> = z.infer<(typeof events)[Name]>
/** Any event with its data. */
export type ApiEvent = { [Name in EventName]: { name: Name; data: EventData<Name> } }[EventName]
