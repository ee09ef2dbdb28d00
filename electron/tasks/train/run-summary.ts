/** Runs side by side: what each was taught from, its figures, and how far it is from the others. */
import { titleOf } from '../../../core/training/supervision/index.ts'
import { recipeSchema } from '../../../core/contract/recipe.ts'
import type { Recipe } from '../../../core/contract/recipe.ts'
import type { RunRow } from '../../../core/project/runs.ts'
import type { Metrics } from '../../../core/training/measure/metrics.ts'

/** One run for comparison. Deltas are in the measure that is named, shares of 1. */
export interface RunSummary {
  id: string
  created: string
  student: string
  supervision: string
  status: string
  /** Epochs done, and asked for. */
  epochs: number
  ofEpochs: number
  loss: number | null
  /** Where the metrics come from: `test` if the run was evaluated on it, else the validation split. */
  split: string | null
  metrics: Metrics | null
  measure: 'real' | 'top1' | null
  /** Against the first run, and against the best one, on the same split. */
  toFirst: number | null
  toBest: number | null
}

/** What the project keeps as a run's metrics. */
export interface StoredMetrics {
  epochs?: number
  loss?: number
  val?: Metrics | null
  evaluations?: Record<string, Metrics>
  /** Of the report at the end. */
  seconds?: number
  imagesPerSecond?: number
}

function supervisionOf(recipe: Recipe): string {
  const parts = [titleOf(recipe)]
  if (recipe.cutmix.probability > 0) parts.push('cutmix')
  if (recipe.mixup.probability > 0) parts.push('mixup')
  return parts.join(' + ')
}

function measured(
  stored: StoredMetrics,
  recipe: Recipe | undefined,
  split: string | undefined,
): [string | null, Metrics | null] {
  const validation = recipe?.valSplit ?? 'val'
  if (split !== undefined)
    return [split, stored.evaluations?.[split] ?? (split === validation ? (stored.val ?? null) : null)]
  if (stored.evaluations?.['test']) return ['test', stored.evaluations['test']]
  return stored.val ? [validation, stored.val] : [null, null]
}

/** Summaries in the order of the rows. */
export function summarise(rows: readonly RunRow[], split?: string): RunSummary[] {
  const all = rows.map((row): RunSummary => {
    const parsed = recipeSchema.safeParse(row.config)
    const recipe = parsed.success ? parsed.data : undefined
    const stored = (row.metrics ?? {}) as StoredMetrics
    const [from, metrics] = measured(stored, recipe, split)
    return {
      ...{ id: row.id, created: row.created, status: row.status, split: from, metrics },
      student: recipe?.student ?? '?',
      supervision: recipe ? supervisionOf(recipe) : '?',
      epochs: stored.epochs ?? 0,
      ofEpochs: recipe?.epochs ?? 0,
      loss: stored.loss ?? null,
      measure: metrics ? (metrics.real !== null ? 'real' : metrics.top1 !== null ? 'top1' : null) : null,
      ...{ toFirst: null, toBest: null },
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
