/** `relabel maps verify|repair|stat`: checks, repairs and counts label maps. */
import type { Command } from 'commander'
import { size } from '../../core/base/bytes.ts'
import { repairLabelMaps, verifyLabelMaps, type VerifyReport } from '../../core/labelmap/files/index.ts'
import { readSkipped } from '../../core/annotator/skipped.ts'
import { fail } from '../../core/base/error.ts'
import { getAnnotation, listAnnotations, type AnnotationRow } from '../../core/project/annotations.ts'
import { openProject } from '../../core/project/project.ts'
import { act, leaf, type CommandContext, type CommandResult } from './action.ts'

interface Options {
  annotation?: string
}

export function register(program: Command): void {
  const maps = program.command('maps').description('look after the label maps of a project')
  const which = ['--annotation <id>', 'only this annotation; default: all'] as const
  leaf(maps, 'verify <project>', 'read every record and check it')
    .option(...which)
    .action(act(verify))
  leaf(maps, 'stat <project>', 'count, bytes and classes per map')
    .option(...which)
    .action(act(stat))
  leaf(maps, 'repair <project>', 'remove damaged records; the images can then be annotated again')
    .option(...which)
    .action(act(repair))
}

function rowsOf(dir: string, options: Options): AnnotationRow[] {
  const project = openProject(dir, { readonly: true })
  try {
    const rows = options.annotation ? [getAnnotation(project, options.annotation)] : listAnnotations(project)
    if (rows.length === 0)
      fail('not-found', 'the project has no annotation yet; make one with "relabel annotate"')
    return rows
  } finally {
    project.close()
  }
}

interface Entry extends VerifyReport {
  annotation: string
  status: string
  skipped: number
}

async function look(context: CommandContext, dir: string, options: Options): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const row of rowsOf(dir, options)) {
    const report = await verifyLabelMaps(row.dir, done =>
      context.progress.update({ phase: `read ${row.id}`, done, total: done }),
    )
    const skipped = await readSkipped(row.dir)
    entries.push({ annotation: row.id, status: row.status, skipped: skipped.length, ...report })
  }
  return entries
}

async function verify(context: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  const entries = await look(context, dir, options)
  const lines: string[] = []
  for (const entry of entries) {
    const state = entry.ok ? 'no damage' : 'DAMAGED'
    lines.push(`${entry.annotation}: ${entry.count} records, ${state}${entry.finished ? '' : ', unfinished'}`)
    for (const { file, offset, bytes, reason } of entry.damage)
      lines.push(`  ${file}, bytes ${offset} to ${offset + bytes}: ${reason}`)
    if (entry.index === 'damaged' || entry.index === 'outdated') lines.push(`  the index is ${entry.index}`)
    if (!entry.ok) lines.push('  "relabel maps repair" removes what is damaged; then annotate again')
  }
  const ok = entries.every(entry => entry.ok)
  return { json: { ok, annotations: entries }, text: lines.join('\n'), exitCode: ok ? 0 : 1 }
}

async function stat(context: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  const entries = await look(context, dir, options)
  const text = entries.map(entry =>
    [
      `${entry.annotation} (${entry.status})`,
      `  ${entry.count} label maps, ${entry.skipped} images left out`,
      `  ${size(entry.bytes)} in ${entry.shards} shards, ${Math.round(entry.averageBytes)} bytes per map`,
      `  ${entry.averageClasses.toFixed(1)} distinct classes per map`,
      ...Object.entries(entry.shapes).map(([shape, count]) => `  ${count} × ${shape}`),
    ].join('\n'),
  )
  return { json: { annotations: entries }, text: text.join('\n') }
}

async function repair(_: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  // The lock keeps jobs from writing during the repair.
  const project = openProject(dir)
  try {
    const results: unknown[] = []
    const lines: string[] = []
    const rows = options.annotation ? [getAnnotation(project, options.annotation)] : listAnnotations(project)
    for (const row of rows) {
      const report = await repairLabelMaps(row.dir)
      results.push({ annotation: row.id, ...report })
      lines.push(`${row.id}: ${JSON.stringify(report)}`)
    }
    return { json: { annotations: results }, text: lines.join('\n') }
  } finally {
    project.close()
  }
}
