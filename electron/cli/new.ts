/** `relabel new`: a project from ImageFolder trees, with counts, classes and problems. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { fail } from '../../core/base/error.ts'
import { findClasses } from '../../core/dataset/find-classes.ts'
import { importImageFolder, type ImportReport } from '../../core/dataset/import.ts'
import { beginProject, type Project } from '../../core/project/project.ts'
import { act, leaf, type CommandContext, type CommandResult } from './action.ts'

interface Options {
  images?: string
  split: string[]
  classes?: string
  name?: string
}

const collect = (value: string, all: string[]): string[] => [...all, value]

export function register(program: Command): void {
  leaf(program, 'new <project>', 'make a project from ImageFolder trees (one folder per class)')
    .option('--images <dir>', 'the tree of the split "train"; images stay where they are')
    .option('--split <name=dir>', 'another split, for example test=DIR; may be repeated', collect, [])
    .option(
      '--classes <file>',
      'class list (JSON or text); default: the names of the folders of all splits, sorted',
    )
    .option('--name <name>', "the project's name; default: the folder's")
    .action(act(newProject))
}

/** Splits by name; sorted, so that ids do not depend on the order of the options. */
function splitsOf(options: Options): [name: string, dir: string][] {
  const splits = new Map<string, string>()
  if (options.images !== undefined) splits.set('train', resolve(options.images))
  for (const text of options.split) {
    const equals = text.indexOf('=')
    const name = text.slice(0, equals)
    if (equals < 1 || equals === text.length - 1) fail('usage', `--split takes NAME=DIR, not "${text}"`)
    if (splits.has(name)) fail('usage', `the split "${name}" is given twice`)
    splits.set(name, resolve(text.slice(equals + 1)))
  }
  if (splits.size === 0) fail('usage', 'give --images DIR, or --split NAME=DIR')
  return [...splits].sort(([a], [b]) => (a < b ? -1 : 1))
}

async function newProject(context: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  const splits = splitsOf(options)
  const classes = await findClasses(
    splits.map(([, images]) => images),
    options.classes,
  )
  const draft = beginProject(dir, { classes, ...(options.name ? { name: options.name } : {}) })
  try {
    const reports: ImportReport[] = []
    for (const [split, images] of splits)
      reports.push(
        await importImageFolder(draft.project, {
          split,
          dir: images,
          signal: context.signal,
          onProgress: (done, total) => context.progress.update({ phase: `read ${split}`, done, total }),
        }),
      )
    context.progress.end()
    const project = draft.finish()
    try {
      return describe(project, reports)
    } finally {
      project.close()
    }
  } catch (error) {
    draft.project.close()
    throw error
  }
}

const shownProblems = 10

function describe(project: Project, reports: readonly ImportReport[]): CommandResult {
  const lines = [`project "${project.name}" in ${project.dir}: ${project.classes.length} classes`]
  for (const report of reports) {
    const used = report.classes.filter(count => count > 0)
    lines.push(
      `  ${report.split}: ${report.usable} images of ${used.length} classes (${Math.min(...used)} to ${Math.max(...used)} a class)`,
    )
    for (const { path, reason } of report.problems.slice(0, shownProblems))
      lines.push(`    left out: ${path}: ${reason}`)
    const more = report.problems.length - shownProblems
    if (more > 0) lines.push(`    … and ${more} more; --json lists all`)
    for (const warning of report.warnings) lines.push(`    note: ${warning}`)
  }
  return {
    json: { project: project.dir, name: project.name, classes: project.classes, splits: reports },
    text: lines.join('\n'),
  }
}
