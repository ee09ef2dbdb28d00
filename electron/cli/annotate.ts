/** `relabel annotate`: label maps for every usable image of a split; an unfinished annotation is continued. */
import { Option, type Command } from 'commander'
import { fail, RelabelError } from '../../core/base/error.ts'
import { logitMode, resizeRule } from '../../core/contract/manifest.ts'
import { providers } from '../../core/contract/providers.ts'
import type { AnnotationRow } from '../../core/project/annotations.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { requestOf, type AnnotateRequest } from '../tasks/annotate/request.ts'
import { begin, carryOn, checkModel, findSame, manifestOf, requireUsable } from '../tasks/annotate/steps.ts'
import type { AnnotateResult } from '../tasks/annotate/job.ts'
import type { CheckResult } from '../tasks/annotate/check.ts'
import { act, leaf, numberOption, numbersOption, type CommandContext, type CommandResult } from './action.ts'
import type { AnnotateOptions } from './annotate-options.ts'
import { childOf } from './child.ts'
import { describeAnnotation } from './annotate-text.ts'
import { runProbe } from './annotate-probe.ts'

export function register(program: Command): void {
  leaf(program, 'annotate <project>', 'write label maps for every usable image of a split')
    .requiredOption('--model <file>', 'the ONNX classifier')
    .option('--classes <file>', "the classifier's classes; default: the project's, if the counts match")
    .option('--split <name>', 'the split to annotate; default: train, or the only one')
    .option(
      '--size <pixels>',
      'side of the input image',
      numberOption('--size', { min: 8, max: 4096, integer: true }),
      480,
    )
    .option('--mean <r,g,b>', 'for pixels in 0…1', numbersOption('--mean', 3), [0.485, 0.456, 0.406])
    .option('--std <r,g,b>', 'for pixels in 0…1', numbersOption('--std', 3), [0.229, 0.224, 0.225])
    .addOption(
      new Option('--resize <rule>', 'squash: to size×size; pad: keep the aspect, in whole cells')
        .choices(resizeRule.options)
        .default('squash'),
    )
    .option(
      '--top-k <n>',
      'classes per cell',
      numberOption('--top-k', { min: 1, max: 4096, integer: true }),
      5,
    )
    .option(
      '--batch <n>',
      'images per batch',
      numberOption('--batch', { min: 1, max: 1024, integer: true }),
      8,
    )
    .addOption(
      new Option('--logits <mode>', 'fp16: exact to half precision; u8: smaller')
        .choices(logitMode.options)
        .default('fp16'),
    )
    .addOption(
      new Option('--provider <name>', "ONNX Runtime's execution provider; default: cpu").choices(providers),
    )
    .option(
      '--threads <n>',
      'number of engine threads',
      numberOption('--threads', { min: 1, max: 1024, integer: true }),
    )
    .option(
      '--workers <n>',
      'number of decoding threads',
      numberOption('--workers', { min: 1, max: 64, integer: true }),
    )
    .option('--accept-approximation', 'use a model whose head can only be converted approximately')
    .option('--again', 'begin a new annotation even if the same one exists')
    .option('--probe', 'only annotate some images, and show what K = 5, 10, 20 cost')
    .option(
      '--probe-images <n>',
      'number of images for the probe',
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
    const same = options.again ? undefined : findSame(project, request)
    const row = same ?? begin(project, request, options, await check(context, project, request, options))
    return await goOn(context, project, request, row, options)
  } finally {
    project.close()
  }
}

/** Converts the model and measures it on the first image; fails if it cannot be used. */
async function check(
  context: CommandContext,
  project: Project,
  request: AnnotateRequest,
  options: AnnotateOptions,
): Promise<CheckResult> {
  context.progress.update({ phase: 'check the annotator', done: 0, total: 1 })
  const checked = await checkModel(project, options, request, childOf(context))
  context.progress.update({ phase: 'check the annotator', done: 1, total: 1 })
  requireUsable(checked, request, options)
  return checked
}

async function goOn(
  context: CommandContext,
  project: Project,
  request: AnnotateRequest,
  row: AnnotationRow,
  options: AnnotateOptions,
): Promise<CommandResult> {
  let result: AnnotateResult
  try {
    result = await carryOn(project, request, row, options, childOf(context))
  } catch (error) {
    const how = 'finished label maps are kept; run the same command again to continue'
    if (error instanceof RelabelError && error.code === 'cancelled')
      fail('cancelled', `annotation ${row.id} was stopped: ${how}`, { annotation: row.id })
    if (!(error instanceof RelabelError)) context.note(`annotation ${row.id} is unfinished: ${how}`)
    throw error
  }
  context.progress.end()
  return describeAnnotation(row, result, manifestOf(row))
}
