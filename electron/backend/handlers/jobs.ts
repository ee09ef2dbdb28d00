/** The job queue of the open project. */
import type { HandlersOf } from '../context.ts'

type Names =
  | 'jobs.list'
  | 'jobs.add'
  | 'jobs.pause'
  | 'jobs.resume'
  | 'jobs.cancel'
  | 'jobs.retry'
  | 'jobs.dismiss'
  | 'jobs.log'

export const jobHandlers: HandlersOf<Names> = {
  // Without a project there are no jobs, which is not an error.
  'jobs.list': (_, { session }) => session.current()?.queue.list() ?? [],
  'jobs.add': (request, { session }) => session.writable().queue.add(request),
  'jobs.pause': ({ id }, { session }) => session.writable().queue.pause(id),
  'jobs.resume': ({ id }, { session }) => session.writable().queue.resume(id),
  'jobs.cancel': ({ id }, { session }) => session.writable().queue.cancel(id),
  'jobs.retry': ({ id }, { session }) => session.writable().queue.retry(id),
  async 'jobs.dismiss'({ id }, { session }) {
    await session.writable().queue.dismiss(id)
    return {}
  },
  'jobs.log': ({ id }, { session }) => ({ lines: session.require().queue.log(id) }),
}
