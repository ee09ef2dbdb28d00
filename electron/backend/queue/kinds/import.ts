/** The job `import`: the images of a folder as a split, added while they are found. */
import { resolve } from 'node:path'
import { listAnnotations } from '../../../../core/project/annotations.ts'
import { addImages, addSplit } from '../../../../core/project/images.ts'
import { splitTotals } from '../../../../core/project/overview.ts'
import type { ImportConfig, ImportEvent, ImportResult } from '../../../tasks/import/job.ts'
import type { Kind } from '../kind.ts'

export const importing: Kind<'import'> = {
  resumable: true,
  async run({ project, request: { split, dir }, child, changed, again, queue }) {
    const config: ImportConfig = { project: project.dir, split, dir: resolve(dir), again }
    try {
      const result = await child<ImportResult>('import', config, {
        onEvent(data) {
          addSplit(project, split, config.dir)
          addImages(project, split, (data as ImportEvent).rows)
          changed('images')
          changed('project')
        },
      })
      // An image whose label is another one now has lost its measures.
      for (const { id, status } of listAnnotations(project))
        if (status === 'done') queue({ kind: 'score', annotation: id })
      const { images, usable } = splitTotals(project).find(({ name }) => name === split) ?? {}
      return { split, dir: config.dir, images, usable, looked: result.images, problems: result.problems }
    } finally {
      changed('project')
    }
  },
}
