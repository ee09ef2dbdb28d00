/** `relabel evaluate`: measures a run or a model file on a split. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { fail, RelabelError } from '../../core/base/error.ts'
import { hasProjectClasses } from '../../core/contract/recipe.ts'
import { readClasses } from '../../core/dataset/class-file.ts'
import { rememberFiles, type ImageFile } from '../../core/project/image-files.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { getRun } from '../../core/project/runs.ts'
import { evaluateModel } from '../../core/training/measure/evaluate-model.ts'
import type { EvaluationReport } from '../../core/training/measure/evaluate-model.ts'
import { keepAnswers } from '../tasks/evaluate/keep-answers.ts'
import { modelOfRun } from '../tasks/export/model-files.ts'
import { rescoreStale } from '../tasks/evaluate/rescore-stale.ts'
import { keepEvaluation } from '../tasks/evaluate/keep-evaluation.ts'
import { act, leaf } from './action.ts'
import type { CommandContext, CommandResult } from './action.ts'
import { leftOutLines } from './left-out.ts'
import { metricsText } from './metrics-text.ts'
import { recipeParts } from './recipe-options.ts'
import { mergeParts } from '../../core/training/recipe/recipe.ts'

interface Options extends Record<string, unknown> {
  run?: string
  model?: string
  best?: boolean
  split: string
  classes?: string
}

export function register(program: Command): void {
  leaf(program, 'evaluate <project>', 'measure a run or a model on a split')
    .option('--run <id>', 'the model of a run')
    .option('--best', 'its best epoch on the validation split instead of the last')
    .option('--model <file>', 'any ONNX classifier')
    .option('--split <name>', '', 'test')
    .option('--classes <file>', "the model's classes, if the file does not name them")
    .option('--size <pixels>', "side of the model's input")
    .option('--batch <n>')
    .option('--eval <mode>', 'center or squash')
    .option('--eval-resize <pixels>', 'shorter side before the centre crop')
    .option('--mean <r,g,b>', 'for pixels in 0…1')
    .option('--std <r,g,b>')
    .option('--workers <n>')
    .option('--threads <n>')
    .option('--cache-mb <n>')
    .action(act(evaluate))
}

async function evaluate(context: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  if ((options.run === undefined) === (options.model === undefined))
    fail('usage', 'give either --run RUN or --model FILE')
  const project = openProject(dir, { readonly: true })
  let report: EvaluationReport
  let files: ImageFile[] = []
  try {
    const row = options.run === undefined ? undefined : getRun(project, options.run)
    const byNumber = row !== undefined && options.classes === undefined && hasProjectClasses(row.config)
    const kept = row && !options.best ? keepAnswers(row.dir, options.split, byNumber) : null
    report = await evaluateModel(
      project,
      {
        model: row ? modelOfRun(row.dir, row.id, options.best ?? false) : resolve(options.model!),
        byNumber,
        split: options.split,
        recipe: mergeParts(recipeParts({ ...options, annotator: undefined })),
        classes: options.classes === undefined ? undefined : await readClasses(options.classes),
      },
      {
        signal: context.signal,
        onFiles: found => (files = found),
        ...kept?.hooks,
        onCache: (done, total) => context.progress.update({ phase: 'decode', done, total }),
        onProgress: (done, total) => context.progress.update({ phase: 'evaluate', done, total }),
      },
    ).catch((error: unknown) => {
      kept?.discard()
      throw error
    })
    kept?.finish()
  } finally {
    project.close()
  }
  const run = options.best ? undefined : options.run
  if (run !== undefined || files.length > 0)
    keep(context, dir, project => {
      rememberFiles(project, files)
      if (run !== undefined) {
        keepEvaluation(project, run, report.split, report.metrics)
        rescoreStale(project)
      }
    })
  const text = [
    `${report.split}: ${metricsText(report.metrics)}, ${report.seconds.toFixed(1)} s`,
    ...leftOutLines(report.skipped),
  ]
  return { json: { ...report, ...(options.run ? { run: options.run } : {}) }, text: text.join('\n') }
}

/** Stores the results, such as a run's figures for comparison; does not fail if another process writes the project. */
function keep(context: CommandContext, dir: string, write: (project: Project) => void): void {
  try {
    const project = openProject(dir)
    try {
      write(project)
    } finally {
      project.close()
    }
  } catch (error) {
    if (!(error instanceof RelabelError)) throw error
    context.note(`note: the figures are not stored with the run (${error.message})`)
  }
}
