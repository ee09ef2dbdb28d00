/** `relabel runs`: the runs of a project side by side. */
import type { Command } from 'commander'
import { recipeSchema } from '../../core/contract/recipe.ts'
import type { Recipe } from '../../core/contract/recipe.ts'
import { openProject } from '../../core/project/project.ts'
import { listRuns } from '../../core/project/runs.ts'
import type { RunRow } from '../../core/project/runs.ts'
import type { Metrics } from '../../core/training/metrics.ts'
import { act, leaf } from './action.ts'
import type { CommandContext, CommandResult } from './action.ts'
import { percent } from './metrics-text.ts'

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

interface Stored {
  epochs?: number
  loss?: number
  val?: Metrics | null
  evaluations?: Record<string, Metrics>
}

export function register(program: Command): void {
  leaf(program, 'runs <project>', 'list and compare runs')
    .option(
      '--split <name>',
      'compare the figures of this split; default: test where evaluated, else validation',
    )
    .action(act(runs))
}

function supervisionOf(recipe: Recipe): string {
  const parts: string[] = [recipe.supervision]
  if (recipe.supervision === 'clean') parts[0] += ` (${recipe.clean})`
  if (recipe.cutmix.probability > 0) parts.push('cutmix')
  if (recipe.mixup.probability > 0) parts.push('mixup')
  return parts.join(' + ')
}

function measured(
  stored: Stored,
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
    const stored = (row.metrics ?? {}) as Stored
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

const signed = (delta: number | null): string =>
  delta === null ? '–' : `${delta < 0 ? '−' : '+'}${Math.abs(100 * delta).toFixed(1)}`

/** Cells under each other. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function runs(_: CommandContext, dir: string, options: { split?: string }): Promise<CommandResult> {
  const project = openProject(dir, { readonly: true })
  try {
    const all = summarise(listRuns(project), options.split)
    if (all.length === 0)
      return Promise.resolve({ json: [], text: 'no runs yet; start one with "relabel train"' })
    const head = [
      'run',
      'student',
      'supervision',
      'status',
      'epochs',
      'split',
      'top-1',
      'ReaL',
      'mAP',
      'to first',
      'to best',
    ]
    const rows = all.map(run => [
      ...[
        run.id,
        run.student,
        run.supervision,
        run.status,
        `${run.epochs}/${run.ofEpochs}`,
        run.split ?? '–',
      ],
      ...[percent(run.metrics?.top1), percent(run.metrics?.real), percent(run.metrics?.mAP)],
      ...[signed(run.toFirst), signed(run.toBest)],
    ])
    return Promise.resolve({ json: all, text: table([head, ...rows]) })
  } finally {
    project.close()
  }
}
