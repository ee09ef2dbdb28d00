/** Compares runs: the supervision and figures of each, and its differences to the others. */
import { titleOf } from '../../../core/training/supervision/index.ts'
import type { FiguresBasis, RunSummary } from '../../../core/contract/api/training.ts'
import { recipeSchema } from '../../../core/contract/recipe.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import { isStale, versionsAt } from '../../../core/project/labels/versions.ts'
import type { Project } from '../../../core/project/project.ts'
import { listRuns, type RunRow } from '../../../core/project/runs.ts'
import type { Metrics } from '../../../core/contract/metrics.ts'
import type { RunMetrics } from '../../../core/contract/run-metrics.ts'

function supervisionOf(recipe: Recipe): string {
  const parts = [titleOf(recipe)]
  if (recipe.cutmix.probability > 0) parts.push('cutmix')
  if (recipe.mixup.probability > 0) parts.push('mixup')
  return parts.join(' + ')
}

function measured(
  stored: RunMetrics,
  recipe: Recipe | undefined,
  split: string | undefined,
): [string | null, Metrics | null] {
  const validation = recipe?.valSplit ?? 'val'
  if (split !== undefined)
    return [split, stored.evaluations?.[split] ?? (split === validation ? (stored.val ?? null) : null)]
  if (stored.evaluations?.['test']) return ['test', stored.evaluations['test']]
  const val = stored.evaluations?.[validation] ?? stored.val
  return val ? [validation, val] : [null, null]
}

/** Which labels and truth figures of a run tell of; those from before this was kept: what was current when it began. */
export function basisOf(
  project: Project,
  run: Pick<RunRow, 'created'>,
  split: string,
  metrics: Metrics,
): FiguresBasis {
  const basis = metrics.basis ?? { ...versionsAt(project, run.created), rescored: false, missing: [] }
  return { ...basis, stale: isStale(project, split, basis) }
}

/** Summaries of a project's runs, oldest first. */
export const summariseRuns = (project: Project, split?: string): RunSummary[] =>
  summarise(listRuns(project), split, (run, of, metrics) => basisOf(project, run, of, metrics))

/** Summaries in the order of the rows. */
export function summarise(
  rows: readonly RunRow[],
  split?: string,
  basis: (run: RunRow, split: string, metrics: Metrics) => FiguresBasis | null = () => null,
): RunSummary[] {
  const all = rows.map((row): RunSummary => {
    const parsed = recipeSchema.safeParse(row.config)
    const recipe = parsed.success ? parsed.data : undefined
    const stored: RunMetrics = row.metrics ?? {}
    const [from, metrics] = measured(stored, recipe, split)
    return {
      id: row.id,
      created: row.created,
      status: row.status,
      split: from,
      metrics,
      basis: from !== null && metrics ? basis(row, from, metrics) : null,
      student: recipe?.student ?? '?',
      supervision: recipe ? supervisionOf(recipe) : '?',
      epochs: stored.epochs ?? 0,
      ofEpochs: recipe?.epochs ?? 0,
      loss: stored.loss ?? null,
      measure: metrics ? (metrics.real !== null ? 'real' : metrics.top1 !== null ? 'top1' : null) : null,
      toFirst: null,
      toBest: null,
    }
  })
  const value = (run: RunSummary): number | null =>
    run.measure === null ? null : (run.metrics?.[run.measure] ?? null)
  for (const run of all) {
    const own = value(run)
    if (own === null) continue
    const peers = all
      .filter(other => other.split === run.split && other.measure === run.measure)
      .map(value) as number[]
    run.toFirst = own - peers[0]!
    run.toBest = own - Math.max(...peers)
  }
  return all
}
