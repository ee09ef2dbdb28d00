/** The job that copies a run's model for other programs. */
import { openProject } from '../../../core/project/project.ts'
import { exportRun, type ExportedFiles, type ExportOrder } from './model-files.ts'

export async function run(config: ExportOrder & { project: string }): Promise<ExportedFiles> {
  const project = openProject(config.project, { readonly: true })
  try {
    return await exportRun(project, config)
  } finally {
    project.close()
  }
}
