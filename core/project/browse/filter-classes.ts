/** Merged classes in a filter are searched as those that they stand for. */
import type { ImageFilter } from '../../contract/api/browse.ts'
import { resolveClasses } from '../database/classes.ts'
import type { Project } from '../database/handle.ts'

export function resolveFilter(project: Pick<Project, 'classes'>, filter: ImageFilter): ImageFilter {
  if (!filter.classes && !filter.predicted) return filter
  const { classes, predicted, ...rest } = filter
  return {
    ...rest,
    ...(classes && { classes: [...resolveClasses(project, classes)] }),
    ...(predicted && { predicted: [...resolveClasses(project, predicted)] }),
  }
}
