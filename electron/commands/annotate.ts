/** `relabel annotate`: label maps for every usable image of a split; an unfinished annotation is continued. */
import { isDeepStrictEqual } from 'node:util'
import { Option, type Command } from 'commander'
import { fail, RelabelError } from '../../core/base/error.ts'
import type { Manifest } from '../../core/contract/manifest.ts'
import {
  addAnnotation,
  listAnnotations,
  updateAnnotation,
  type AnnotationRow,
} from '../../core/project/annotations.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import type { AnnotateConfig, AnnotateResult } from '../jobs/annotate.ts'
import type { CheckResult } from '../jobs/check-annotator.ts'
import { runJob } from '../jobs/run-job.ts'
import { act, leaf, numberOption, numbersOption, type CommandContext, type CommandResult } from './action.ts'
import { requestOf, type AnnotateOptions, type AnnotateRequest } from './annotate-options.ts'
import { describeAnnotation } from './annotate-text.ts'
import { runProbe } from './annotate-probe.ts'
import { packageVersion } from './version.ts'

export function register(program: Command): void {
  leaf(program, 'annotate <project>', 'write label maps for every usable image of a split')
    .requiredOption('--model <file>', 'the ONNX classifier')
    .option('--classes <file>', "the classifier's classes; default: the project's, where the counts match")
    .option('--split <name>', 'the split to annotate; default: train, or the only one')
    .option(
      '--size <pixels>',
      'side of the input',
      numberOption('--size', { min: 8, max: 4096, integer: true }),
      480,
    )
    .option('--mean <r,g,b>', 'for pixels in 0…1', numbersOption('--mean', 3), [0.485, 0.456, 0.406])
    .option('--std <r,g,b>', 'for pixels in 0…1', numbersOption('--std', 3), [0.229, 0.224, 0.225])
    .addOption(
      new Option('--resize <rule>', 'squash to size×size, or pad: keep the aspect, in whole cells')
        .choices(['squash', 'pad'])
        .default('squash'),
    )
    .option('--top-k <n>', 'classes a cell', numberOption('--top-k', { min: 1, max: 4096, integer: true }), 5)
    .option('--batch <n>', 'images at once', numberOption('--batch', { min: 1, max: 1024, integer: true }), 8)
    .addOption(
      new Option('--logits <mode>', 'fp16: exact to half precision; u8: smaller')
        .choices(['fp16', 'u8'])
        .default('fp16'),
    )
    .addOption(
      new Option('--provider <name>', "ONNX Runtime's execution provider; default: cpu").choices([
        'cpu',
        'webgpu',
        'cuda',
        'dml',
        'coreml',
      ]),
    )
    .option(
      '--threads <n>',
      'threads of the engine',
      numberOption('--threads', { min: 1, max: 1024, integer: true }),
    )
    .option(
      '--workers <n>',
      'threads that decode',
      numberOption('--workers', { min: 1, max: 64, integer: true }),
    )
    .option('--accept-approximation', 'use a model whose head can be turned only approximately')
    .option('--again', 'begin a new annotation even if the same one exists')
    .option('--probe', 'only try some images and show what K = 5, 10, 20 cost')
    .option(
      '--probe-images <n>',
      'images to try',
      numberOption('--probe-images', { min: 1, max: 1000, integer: true }),
      32,
    )
    .action(act(annotateCommand))
}

async function annotateCommand(
  context: CommandContext,
  dir: string,
  options: AnnotateOptions,
): Promise<CommandResult> {
  const project = openProject(dir, { readonly: Boolean(options.probe) })
  try {
    const request = await requestOf(project, options)
    if (options.probe)
      return await runProbe(
        context,
        project,
        request,
        options,
        await check(context, project, request, options),
      )
    const row = findSame(project, request, options) ?? (await begin(context, project, request, options))
    return await carryOn(context, project, request, row, options)
  } finally {
    project.close()
  }
}

/** The newest annotation with the same configuration, to be continued. */
function findSame(
  project: Project,
  request: AnnotateRequest,
  options: AnnotateOptions,
): AnnotationRow | undefined {
  if (options.again) return undefined
  const plain: unknown = JSON.parse(JSON.stringify(request.config))
  return listAnnotations(project).findLast(row => isDeepStrictEqual(row.config, plain))
}

/** Turns the model and measures it on the first image; fails where it cannot be used. */
async function check(
  context: CommandContext,
  project: Project,
  request: AnnotateRequest,
  options: AnnotateOptions,
): Promise<CheckResult> {
  context.progress.update({ phase: 'check the annotator', done: 0, total: 1 })
  const checked = await runJob<CheckResult>(
    'check-annotator',
    {
      model: request.model,
      preprocessing: request.preprocessing,
      batch: options.batch,
      project: project.dir,
      split: request.split,
      acceptApproximation: Boolean(options.acceptApproximation),
    },
    { signal: context.signal, onWarning: context.note },
  )
  context.progress.update({ phase: 'check the annotator', done: 1, total: 1 })
  const { report } = checked
  if (report.classes !== request.classes.length)
    fail(
      'mismatch',
      options.classes
        ? `${options.classes} lists ${request.classes.length} classes, but ${options.model} has ${report.classes} outputs`
        : `${options.model} has ${report.classes} outputs and the project ${request.classes.length} classes; give the model's class list with --classes FILE`,
      { outputs: report.classes, classes: request.classes.length },
    )
  if (checked.refused !== null)
    fail(
      'unsupported',
      `${options.model}: ${checked.refused}${report.approximation ? ' (--accept-approximation)' : ''}`,
      {
        error: checked.error,
        approximation: report.approximation ?? null,
      },
    )
  return checked
}

/** A new annotation, once the model has proved usable. */
async function begin(
  context: CommandContext,
  project: Project,
  request: AnnotateRequest,
  options: AnnotateOptions,
): Promise<AnnotationRow> {
  const checked = await check(context, project, request, options)
  const created = new Date().toISOString()
  const { preprocessing } = request
  const model = request.config['model'] as { file: string; sha256: string }
  const manifest: Manifest = {
    format: 'relabel-label-maps',
    version: 1,
    logits: options.logits,
    topK: request.config['topK'] as number,
    fill: 0,
    annotator: { ...model, surgery: { ...checked.report, error: checked.error } },
    preprocessing: {
      resize: preprocessing.resize,
      height: preprocessing.size,
      width: preprocessing.size,
      mean: preprocessing.mean,
      std: preprocessing.std,
    },
    classes: request.classes,
    program: `relabel-studio ${packageVersion()}`,
    created,
  }
  const fitting = {
    stride: checked.stride,
    batch: checked.batch,
    ...(checked.fixedBatch ? { fixedBatch: checked.fixedBatch } : {}),
  }
  const { id } = addAnnotation(project, {
    config: request.config,
    manifest: { ...manifest, run: fitting },
    created,
  })
  return listAnnotations(project).find(row => row.id === id)!
}

type Stored = Manifest & { run: { stride: [number, number]; batch: number; fixedBatch?: number } }

async function carryOn(
  context: CommandContext,
  project: Project,
  request: AnnotateRequest,
  row: AnnotationRow,
  options: AnnotateOptions,
): Promise<CommandResult> {
  const { run: fitting, ...manifest } = row.manifest as Stored
  const config: AnnotateConfig = {
    project: project.dir,
    split: request.split,
    dir: row.dir,
    model: request.model,
    manifest,
    preprocessing: request.preprocessing,
    ...fitting,
    engine: request.engine,
    ...(options.workers ? { workers: options.workers } : {}),
  }
  let result: AnnotateResult
  try {
    result = await runJob<AnnotateResult>('annotate', config, {
      signal: context.signal,
      onProgress: progress => context.progress.update(progress),
      onWarning: context.note,
    })
  } catch (error) {
    const how = 'what is done is kept; the same command continues it'
    if (error instanceof RelabelError && error.code === 'cancelled')
      fail('cancelled', `annotation ${row.id} was stopped: ${how}`, { annotation: row.id })
    if (!(error instanceof RelabelError)) context.note(`annotation ${row.id} is unfinished: ${how}`)
    throw error
  }
  context.progress.end()
  if (result.records === 0)
    fail(
      'bad-data',
      `none of the ${result.images} images could be annotated; the first: ${result.skipped[0]?.reason}`,
      {
        annotation: row.id,
        skipped: result.skipped.slice(0, 100),
      },
    )
  updateAnnotation(project, row.id, { status: 'done' })
  return describeAnnotation(row, result, manifest)
}
