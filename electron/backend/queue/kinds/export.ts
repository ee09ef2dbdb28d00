/** The job `export`: a run's model as files for other programs. */
import { getRun } from '../../../../core/project/runs.ts'
import { modelOfRun } from '../../../tasks/export/model-files.ts'
import type { Kind } from '../kind.ts'

export const exporting: Kind<'export'> = {
  resumable: false,
  check: (project, { run, best }) => void modelOfRun(getRun(project, run).dir, run, best),
  run({ project, request: { run, best, out, force }, child, worksOn }) {
    worksOn({ run })
    return child('export', { project: project.dir, run, best, out, force })
  },
}
