/**
 * Work on a project in a separate process, because it may take long, or never end.
 */
import { join } from 'node:path'
import type { ProjectCopy, ProjectRestored } from '../../../core/contract/api/project.ts'
import { requireReadable } from '../../../core/project/inspect.ts'
import { openProject } from '../../../core/project/project.ts'
import { checkStructure } from '../../../core/project/recovery/check.ts'
import { listChoices } from '../../../core/project/recovery/choices.ts'
import { restoreCopy } from '../../../core/project/recovery/restore.ts'

export const tasks = {
  /** Whether the project can be read as one. */
  look({ dir }: { dir: string }): null {
    // An older file is migrated here, which may take a while.
    const project = openProject(dir, { readonly: true })
    requireReadable(project)
    project.close()
    return null
  },
  /** What is wrong with the structure of the database. */
  structure: ({ dir }: { dir: string }): string[] => checkStructure(join(dir, 'project.db')),
  copies: ({ dir }: { dir: string }): ProjectCopy[] => listChoices(dir),
  /** Puts a copy in place and brings in what the log has beyond it. */
  restore({ dir, copy }: { dir: string; copy: string | undefined }): ProjectRestored {
    const { copy: chosen, kept } = restoreCopy(dir, copy)
    const project = openProject(dir)
    project.close()
    const { applied, failed } = project.replayed
    return { ...chosen, kept, replayed: applied, failed }
  },
}
