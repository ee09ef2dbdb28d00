/** `relabel corrections carry`: the corrections of one annotation on another. */
import type { Command } from 'commander'
import { fail } from '../../core/base/error.ts'
import type { LeftOutReason } from '../../core/labelmap/corrections/index.ts'
import { openLabelMaps } from '../../core/labelmap/files/index.ts'
import { getAnnotation } from '../../core/project/annotations.ts'
import { carryCorrections, type OpenAnnotation } from '../../core/project/corrections/carry.ts'
import { carryTotals, type CarryTotals } from '../../core/project/corrections/carry-totals.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { copyWhenDue } from '../../core/project/recovery/copies.ts'
import { act, leaf, type CommandContext, type CommandResult } from './action.ts'

interface Options {
  from: string
  to: string
  dryRun?: true
}

export function register(program: Command): void {
  const corrections = program.command('corrections').description('the corrections of label maps')
  leaf(corrections, 'carry <project>', "do what one annotation's corrections mean on another annotation")
    .requiredOption('--from <id>', 'annotation whose corrections are carried')
    .requiredOption('--to <id>', 'annotation that gets them')
    .option('--dry-run', 'only show what would change')
    .action(act(carry))
}

async function withMaps<T>(
  project: Project,
  ids: readonly string[],
  use: (open: OpenAnnotation[]) => Promise<T>,
): Promise<T> {
  const open: OpenAnnotation[] = []
  try {
    for (const id of ids) open.push({ id, reader: await openLabelMaps(getAnnotation(project, id).dir) })
    return await use(open)
  } finally {
    for (const { reader } of open) await reader.close()
  }
}

async function carry(
  { signal }: CommandContext,
  dir: string,
  { from, to, dryRun }: Options,
): Promise<CommandResult> {
  const save = !dryRun
  const project = openProject(dir, { readonly: !save })
  try {
    return await withMaps(project, [from, to], async ([source, destination]) => {
      const both = { from: source!, to: destination! }
      const sum = carryTotals(project, both)
      for (const image of carryCorrections(project, { ...both, save })) {
        sum.add(image)
        if (save) await copyWhenDue(project)
        await new Promise(setImmediate) // Ctrl-C is heard
        if (signal.aborted)
          fail('cancelled', `stopped; what was carried so far is saved, and carrying again goes on`)
      }
      const totals = sum.totals()
      const text = textOf(totals, { from, to, save })
      return { json: { from, to, saved: save, ...totals }, text, exitCode: totals.failed > 0 ? 1 : 0 }
    })
  } finally {
    project.close()
  }
}

const reasons: Record<LeftOutReason, string> = {
  carried: 'carried before',
  'no-class': 'neither the project nor the other annotator has the class',
  'one-class': 'its two classes are one class now',
  'no-cell': 'its cells are smaller than those of the other map, and no centre lies in them',
  'no-effect': 'changes nothing on the other map',
}

function textOf(
  totals: CarryTotals,
  { from, to, save }: { from: string; to: string; save: boolean },
): string {
  const { corrected, images, edits, cells, first, leaders, leftOut, failed, problems } = totals
  const more = (all: number, shown: number): string[] => (all > shown ? [`  … and ${all - shown} more`] : [])
  const verb = save ? 'carried' : 'to carry'
  return [
    `${verb} from ${from} to ${to}: ${edits} edits of ${images} images (of ${corrected} with corrections)`,
    ...first.map(one => `  ${one.key}: ${one.edits} edits, ${one.cells} cells with another leading class`),
    ...more(images, first.length),
    `cells with another leading class: ${cells}`,
    ...leaders.slice(0, 20).map(one => `  ${one.cells}: ${one.from ?? 'none'} → ${one.to ?? 'none'}`),
    ...more(leaders.length, 20),
    ...(leftOut.length > 0 ? ['edits that are not carried:'] : []),
    ...leftOut.map(
      one => `  ${one.edits}: ${reasons[one.reason]}${one.class === null ? '' : ` (${one.class})`}`,
    ),
    ...(failed > 0 ? [`images that cannot be carried: ${failed}`] : []),
    ...problems.map(({ key, message }) => `  ${key}: ${message}`),
    ...more(failed, problems.length),
  ].join('\n')
}
