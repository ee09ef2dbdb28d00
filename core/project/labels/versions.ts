/** Which labels and truth figures of a split tell of, and whether these have changed since. */
import type { Basis } from '../../contract/metrics.ts'
import { guarded } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'

export type Versions = Pick<Basis, 'labels' | 'truth'>

const both = (of: (field: 'label' | 'truth') => number): Versions => ({
  labels: of('label'),
  truth: of('truth'),
})

/** The versions now; 0: as imported. */
export const versionsNow = (project: Project): Versions =>
  guarded(project.db.name, () => {
    const newest = project.db
      .prepare<[string], number>('SELECT coalesce(max(version), 0) FROM label_steps WHERE field = ?')
      .pluck()
    return both(field => newest.get(field)!)
  })

/** The versions that were current at a moment (ISO 8601). */
export const versionsAt = (project: Project, moment: string): Versions =>
  guarded(project.db.name, () => {
    const newest = project.db
      .prepare<[string, number], number>(
        'SELECT coalesce(max(version), 0) FROM label_steps WHERE field = ? AND time <= ?',
      )
      .pluck()
    const time = Date.parse(moment)
    return both(field => newest.get(field, Number.isNaN(time) ? 0 : time)!)
  })

/** The versions of the last steps that touched a split. */
const versionsOfSplit = (project: Project, split: string): Versions =>
  guarded(project.db.name, () => {
    const newest = project.db
      .prepare<[string, string], number>(
        'SELECT version FROM label_splits WHERE field = ? AND split = (SELECT id FROM splits WHERE name = ?)',
      )
      .pluck()
    return both(field => newest.get(field, split) ?? 0)
  })

/** Whether labels or truth of a split changed since figures were made; those without a basis are of what was imported. */
export function isStale(project: Project, split: string, of: Versions | undefined): boolean {
  const { labels, truth } = versionsOfSplit(project, split)
  return labels > (of?.labels ?? 0) || truth > (of?.truth ?? 0)
}
