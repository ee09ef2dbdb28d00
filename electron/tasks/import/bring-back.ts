/** The job bring-back: tries images that could not be used once more, where their files are others now. */
import { lookAtFiles } from '../../../core/dataset/look.ts'
import { listImages } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'
import { tellFiles } from '../process/file-events.ts'
import type { JobContext } from '../process/protocol.ts'
import { waitingFor } from './waiting.ts'

export async function run(
  config: { project: string; splits: string[] },
  context: JobContext,
): Promise<{ tried: number }> {
  const project = openProject(config.project, { readonly: true })
  try {
    const images = config.splits.flatMap(split => waitingFor(listImages(project, { split, usable: false })))
    const { found } = await lookAtFiles(images, { signal: context.signal })
    tellFiles(context, [...found.values()])
    return { tried: images.length }
  } finally {
    project.close()
  }
}
