/** Stores the figures of a run on a split, so that runs can be compared; what was measured before stays with its truth. */
import type { Metrics } from '../../../core/contract/metrics.ts'
import type { RunMetrics } from '../../../core/contract/run-metrics.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun, updateRun } from '../../../core/project/runs.ts'

/** Figures of earlier labels and truths that a split keeps. */
const mostEarlier = 20

/** What was made by scoring again can be made again; what was measured is kept with the labels and truth it tells of. */
export function keepEvaluation(project: Project, run: string, split: string, metrics: Metrics): void {
  const known: RunMetrics = getRun(project, run).metrics ?? {}
  const before = known.evaluations?.[split]
  const isOther =
    before !== undefined &&
    !before.basis?.rescored &&
    (metrics.basis?.labels !== (before.basis?.labels ?? 0) ||
      metrics.basis.truth !== (before.basis?.truth ?? 0))
  const earlier = isOther
    ? { ...known.earlier, [split]: [...(known.earlier?.[split] ?? []), before].slice(-mostEarlier) }
    : known.earlier
  updateRun(project, run, {
    metrics: {
      ...known,
      evaluations: { ...known.evaluations, [split]: metrics },
      ...(earlier ? { earlier } : {}),
    },
  })
}
