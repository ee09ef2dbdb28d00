/** `relabel demo`: the built-in sample, end to end, with a table and a report. */
import type { Command } from 'commander'
import { runDemo } from './demo.ts'
import type { DemoResult } from './demo.ts'
import { accuracyText, percent, resultTable, textTable } from './table.ts'
import { act, leaf, numberOption } from '../cli/action.ts'
import type { CommandContext, CommandResult } from '../cli/action.ts'

interface Options {
  out: string
  seeds: number
  full?: boolean
  scale: number
}

export function register(program: Command): void {
  leaf(program, 'demo', 'make digit scenes, relabel them, train students, and write a table and a report')
    .option('--out <dir>', 'output folder', 'demo')
    .option(
      '--seeds <n>',
      'number of students per row',
      numberOption('--seeds', { min: 1, max: 100, integer: true }),
      1,
    )
    .option('--full', 'train all ten supervisions instead of three')
    .option(
      '--scale <x>',
      'a smaller demo for a quick look (0.005 to 1)',
      numberOption('--scale', { min: 0.005, max: 1 }),
      1,
    )
    .action(act(demo))
}

async function demo(context: CommandContext, options: Options): Promise<CommandResult> {
  const result = await runDemo({ ...options, full: options.full ?? false }, context)
  return { json: result, text: describe(result) }
}

function describe(result: DemoResult): string {
  const { statistics } = result.quality
  const total = result.parts.reduce((sum, part) => sum + part.seconds, 0)
  return [
    `annotator on single digits: ${accuracyText(result.annotator.accuracy)}`,
    '',
    'targets of random crops (without training), percent',
    textTable([
      ['target', 'first class visible', 'mAP'],
      ...result.quality.rows.map(row => [row.name, percent(row.real), percent(row.mAP)]),
    ]),
    `crops that match the labelled digit's box ${percent(statistics.match)} %, miss its centre ${percent(statistics.centreMissing)} %, show nothing of it ${percent(statistics.noOverlap)} %`,
    '',
    'students on the test scenes, percent',
    resultTable(result.rows),
    '',
    textTable([
      ['part', 'seconds'],
      ...result.parts.map(part => [
        part.name + (part.reused ? ' (made earlier)' : ''),
        part.seconds.toFixed(1),
      ]),
      ['together', total.toFixed(1)],
    ]),
    '',
    `report   ${result.report}`,
    `project  ${result.project}`,
  ].join('\n')
}
