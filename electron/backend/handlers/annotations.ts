/** Details of an annotation: provenance, class map, number of records. */
import { getAnnotation } from '../../../core/project/annotations.ts'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import type { HandlersOf } from '../context.ts'
import { annotationInfo } from '../info.ts'

export const annotationHandlers: HandlersOf<'annotations.get'> = {
  async 'annotations.get'({ id }, { session, signal }) {
    const { project, reader } = session.require()
    const row = getAnnotation(project, id)
    const { manifest, records, bytes } = await reader.ask('quick', 'totals', { annotation: id }, signal)
    const { target, merged } = matchClasses(manifest.classes, project.classes)
    return {
      info: annotationInfo(project, row),
      manifest,
      classMap: [...target],
      merged: merged.map(([one, into]) => [one, into]),
      records,
      bytes,
    }
  },
}
