/** The open project: creating, opening, closing, and its info. */
import { fail } from '../../../core/base/error.ts'
import { useAnnotation } from '../../../core/project/browse/measures.ts'
import type { HandlersOf } from '../context.ts'
import { inspectFolder, makeProject } from '../create.ts'
import { listProjectCopies } from '../inspect/index.ts'
import { createChangeFlow } from '../queue/changes.ts'
import { ensureSample } from '../sample.ts'

type Names =
  | 'project.info'
  | 'project.open'
  | 'project.openSample'
  | 'project.create'
  | 'project.inspect'
  | 'project.copies'
  | 'project.restore'
  | 'project.close'
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
  'project.copies': ({ dir }, { signal }) => listProjectCopies(dir, { signal }),
  'project.restore': ({ dir, copy, pauseJobs }, { session }) => session.restore(dir, copy, { pauseJobs }),
  async 'project.close'({ pauseJobs }, { session }) {
    await session.close({ pauseJobs })
    return {}
  },
  async 'project.useAnnotation'({ id }, { session }) {
    const { project } = session.writable()
    const isOpen = (): boolean => session.current()?.project === project
    const flow = createChangeFlow(() => isOpen() && session.imagesChanged(null))
    const switched = useAnnotation(project, id, () => flow.push('images'))
    session.changed()
    await switched
    flow.flush()
    if (!isOpen())
      fail('cancelled', 'the project was closed; the measures will be completed when it is open again')
    session.changed()
    return session.info()!
  },
}
