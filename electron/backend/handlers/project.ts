/** The open project: making, opening, closing, what it is. */
import { useAnnotation } from '../../../core/project/browse/facts.ts'
import type { HandlersOf } from '../context.ts'
import { inspectFolder, makeProject } from '../create.ts'
import { ensureSample } from '../sample.ts'

type Names =
  | 'project.info'
  | 'project.open'
  | 'project.openSample'
  | 'project.create'
  | 'project.inspect'
  | 'project.close'
  | 'project.classes'
  | 'project.useAnnotation'

export const projectHandlers: HandlersOf<Names> = {
  'project.info': (_, { session }) => session.info(),
  'project.open': ({ dir, pauseJobs }, { session }) => session.open(dir, { pauseJobs }),
  'project.openSample': ({ pauseJobs }, { session, sampleDir, events }) =>
    session.openMade(() => ensureSample(sampleDir, events), { pauseJobs }),
  async 'project.create'(input, { session }) {
    await session.openMade(() => makeProject(input), { pauseJobs: input.pauseJobs })
    const { queue } = session.writable()
    for (const { name, dir } of input.splits) queue.add({ kind: 'import', split: name, dir })
    return session.info()!
  },
  'project.inspect': ({ dir }) => inspectFolder(dir),
  async 'project.close'({ pauseJobs }, { session }) {
    await session.close({ pauseJobs })
    return {}
  },
  'project.classes': (_, { session }) => session.require().project.classes,
  'project.useAnnotation'({ id }, { session }) {
    useAnnotation(session.writable().project, id)
    session.changed()
    session.imagesChanged(null)
    return session.info()!
  },
}
