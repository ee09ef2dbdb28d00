/** The job `evaluate`: a run's figures and answers on a split. */
import { requireSplit } from '../../../../core/project/images.ts'
import { rememberFiles } from '../../../../core/project/image-files.ts'
import { getRun } from '../../../../core/project/runs.ts'
import type { EvaluationReport } from '../../../../core/training/measure/evaluate-model.ts'
import { modelOfRun } from '../../../tasks/export/model-files.ts'
import { isFilesEvent } from '../../../tasks/process/file-events.ts'
import { keepEvaluation } from '../../../tasks/evaluate/keep-evaluation.ts'
import type { Kind } from '../kind.ts'

export const evaluate: Kind<'evaluate'> = {
  resumable: true,
  check(project, { run, split }) {
    modelOfRun(getRun(project, run).dir, run, false)
    requireSplit(project, split)
  },
  async run({ project, request: { run, split }, child, worksOn, changed }) {
    worksOn({ run })
    const report = await child<EvaluationReport>(
      'evaluate',
      { project: project.dir, run, split },
      { onEvent: data => isFilesEvent(data) && rememberFiles(project, data.files) },
    )
    keepEvaluation(project, run, split, report.metrics)
    changed('project')
    return { ...report, skipped: report.skipped.slice(0, 100) }
  },
}
