/** Implements `runs.list` and `runs.get`: the runs of a project side by side, and the details of one. */
import type { z } from 'zod'
import type { RunInfo, trainingCalls } from '../../../core/contract/api/training.ts'
import { recipeSchema } from '../../../core/contract/recipe.ts'
import type { RunMetrics } from '../../../core/contract/run-metrics.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun, listRuns, snapshotHeads } from '../../../core/project/runs.ts'
import { snapshotFacts } from '../../../core/project/snapshot-facts.ts'
import { predictedSplits } from '../../tasks/evaluate/predictions.ts'
import { basisOf, summariseRuns } from '../../tasks/train/run-summary.ts'

/** All runs, oldest first, with their differences to the first and the best one. */
export function runsList(project: Project): RunInfo[] {
  const rows = listRuns(project)
  const heads = snapshotHeads(project)
  return summariseRuns(project).map((summary, i) => {
    const row = rows[i]!
    const stored: RunMetrics = row.metrics ?? {}
    return {
      ...summary,
      status: row.status,
      annotation: heads.get(row.snapshot)?.annotation ?? null,
      snapshot: row.snapshot,
      seed: recipeSchema.safeParse(row.config).data?.seed ?? 0,
      imagesPerSecond: stored.imagesPerSecond ?? null,
      seconds: stored.seconds ?? null,
      evaluated: predictedSplits(row.dir),
    }
  })
}

/** One run; fails with `not-found`. */
export function runsGet(
  project: Project,
  { id }: { id: string },
): z.infer<(typeof trainingCalls)['runs.get']['output']> {
  const row = getRun(project, id)
  const { evaluations = {}, earlier = {}, skipped, ...report }: RunMetrics = row.metrics ?? {}
  return {
    info: runsList(project).find(run => run.id === id)!,
    recipe: recipeSchema.safeParse(row.config).data ?? null,
    snapshot: { id: row.snapshot, ...snapshotFacts(project, row.snapshot) },
    report: row.metrics === null ? null : report,
    evaluations,
    bases: Object.fromEntries(
      Object.entries(evaluations).map(([split, metrics]) => [split, basisOf(project, row, split, metrics)]),
    ),
    earlier,
    skipped: (skipped ?? []).slice(0, 1000),
    dir: row.dir,
  }
}
