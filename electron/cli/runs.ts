/** `relabel runs`: the runs of a project side by side. */
import type { Command } from 'commander'
import { openProject } from '../../core/project/project.ts'
import { summariseRuns } from '../tasks/train/run-summary.ts'
import type { FiguresBasis } from '../../core/contract/api/training.ts'
import { act, leaf } from './action.ts'
import type { CommandContext, CommandResult } from './action.ts'
import { percent } from './metrics-text.ts'

export function register(program: Command): void {
  leaf(program, 'runs <project>', 'list and compare runs')
    .option(
      '--split <name>',
      'compare the figures of this split; default: test if evaluated, else validation',
    )
    .action(act(runs))
}

const signed = (delta: number | null): string =>
  delta === null ? '–' : `${delta < 0 ? '−' : '+'}${Math.abs(100 * delta).toFixed(1)}`

/** Which labels and truth the figures tell of, where persons changed some. */
function basisText(basis: FiguresBasis | null): string {
  if (!basis) return '–'
  const words = [`labels ${basis.labels}, truth ${basis.truth}`]
  if (basis.rescored) words.push('re-scored')
  if (basis.stale) words.push('changed since')
  return words.join(', ')
}

/** Aligns cells in columns. */
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
    const all = summariseRuns(project, options.split)
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
      'labels and truth',
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
      basisText(run.basis),
      ...[signed(run.toFirst), signed(run.toBest)],
    ])
    return Promise.resolve({ json: all, text: table([head, ...rows]) })
  } finally {
    project.close()
  }
}
