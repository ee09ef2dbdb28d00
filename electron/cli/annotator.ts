/** `relabel annotator check`: can this classifier write label maps, and how exact are they? */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { checkPreprocessing, type Preprocessing } from '../../core/annotator/preprocess.ts'
import type { CheckConfig, CheckResult } from '../tasks/annotate/check.ts'
import { act, leaf, numberOption, numbersOption, type CommandContext, type CommandResult } from './action.ts'
import { childOf } from './child.ts'

interface Options {
  size: number
  image?: string
  mean: number[]
  std: number[]
  acceptApproximation?: boolean
}

export function register(program: Command): void {
  const annotator = program.command('annotator').description('check a classifier before annotating')
  leaf(annotator, 'check <model>', 'the surgery report of an ONNX classifier')
    .option(
      '--size <pixels>',
      'side of the input image',
      numberOption('--size', { min: 8, max: 4096, integer: true }),
      480,
    )
    .option('--image <file>', 'measure the error on this image; default: noise')
    .option('--mean <r,g,b>', 'for pixels in 0…1', numbersOption('--mean', 3), [0.485, 0.456, 0.406])
    .option('--std <r,g,b>', 'for pixels in 0…1', numbersOption('--std', 3), [0.229, 0.224, 0.225])
    .option('--accept-approximation', 'do not refuse a head that can only be converted approximately')
    .action(act(check))
}

async function check(context: CommandContext, model: string, options: Options): Promise<CommandResult> {
  const preprocessing: Preprocessing = {
    size: options.size,
    resize: 'squash',
    mean: options.mean as [number, number, number],
    std: options.std as [number, number, number],
  }
  checkPreprocessing(preprocessing)
  const config: CheckConfig = {
    model: resolve(model),
    preprocessing,
    batch: 1,
    acceptApproximation: Boolean(options.acceptApproximation),
    ...(options.image ? { image: resolve(options.image) } : {}),
  }
  const result = await childOf(context)<CheckResult>('check-annotator', config)
  return { json: result, text: describe(model, result), exitCode: result.refused === null ? 0 : 1 }
}

function describe(model: string, result: CheckResult): string {
  const { report, error, measuredAt, image, refused, mapSize, stride } = result
  const [height, width] = measuredAt
  const lines = [
    `${model}`,
    `  head         ${report.head}${report.dropped.length > 0 ? ` (dropped: ${report.dropped.join(', ')})` : ''}`,
    `  features     ${report.features}`,
    `  classes      ${report.classes}`,
    `  stride       ${stride[0] === stride[1] ? stride[0] : stride.join('×')} pixels per cell`,
    `  label map    ${mapSize ? `${mapSize.join('×')}×${report.classes}` : 'not for this size'}`,
    `  exactness    ${report.exact ? 'exact' : `approximate: ${report.approximation}`}`,
    `  error        ${error.toExponential(2)} relative, measured at ${height}×${width} on ${image ?? 'noise (give --image FILE for a real one)'}`,
  ]
  lines.push(refused === null ? '  This model can annotate.' : `  Refused: ${refused}`)
  return lines.join('\n')
}
