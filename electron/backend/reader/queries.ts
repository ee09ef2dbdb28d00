/** What the reading threads can be asked: long queries over all images, and label maps. */
import type { Project } from '../../../core/project/project.ts'
import { hasLabelMap, labelMapBytes, labelMapTotals, type LabelMapTotals } from './label-maps.ts'

/** Everything runs on a connection that only reads. */
export const queries = {
  map: (project: Project, input: { annotation: string; key: string }): Promise<ArrayBuffer> =>
    labelMapBytes(project, input.annotation, input.key),
  hasMap: (project: Project, input: { annotation: string; key: string }): Promise<boolean> =>
    hasLabelMap(project, input.annotation, input.key),
  totals: (project: Project, input: { annotation: string }): Promise<LabelMapTotals> =>
    labelMapTotals(project, input.annotation),
}
