/** The context of every call. */
import type { CallName, CallOutput, CallRequest } from '../../core/contract/api/index.ts'
import type { EventHub } from './events.ts'
import type { Home } from './home.ts'
import type { Media } from './media/index.ts'
import type { Session } from './session.ts'

/** The parts of the backend, shared by all calls. */
export interface BackendParts {
  version: string
  home: Home
  events: EventHub
  session: Session
  media: Media
  /** Folder of the sample, which is a project. */
  sampleDir: string
}

/** The shared parts, and the signal of one call. */
export interface BackendContext extends BackendParts {
  /** Aborted when the caller disconnects. */
  signal: AbortSignal
}

/** The handlers of some calls. */
export type HandlersOf<Names extends CallName> = {
  [Name in Names]: (
    input: CallRequest<Name>,
    context: BackendContext,
  ) => CallOutput<Name> | Promise<CallOutput<Name>>
}
