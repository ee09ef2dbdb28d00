/** `relabel classes list|rename|short|colour|key|add|merge|separate|order`: the classes of a project. */
import type { Command } from 'commander'
import { z } from 'zod'
import { fail } from '../../core/base/error.ts'
import { classStep, type ClassStep } from '../../core/contract/api/classes.ts'
import type { ProjectClass } from '../../core/contract/class-entry.ts'
import { changeClasses } from '../../core/project/classes/change.ts'
import { classCounts, imagesOfClasses } from '../../core/project/classes/counts.ts'
import { findClass } from '../../core/project/classes/find.ts'
import { listClasses } from '../../core/project/classes/list.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { act, leaf, type CommandContext, type CommandResult } from './action.ts'

interface AddOptions {
  wnid?: string
  short?: string
  colour?: string
  key?: string
}

interface OrderOptions {
  before?: string
  last?: boolean
  by?: string
}

export function register(program: Command): void {
  const classes = program
    .command('classes')
    .description('the classes of a project; name one by its number, WordNet id or name')
  leaf(classes, 'list <project>', 'all classes with their names, settings and images')
    .option('--order', 'in the order of display instead of by number')
    .action(act(list))
  leaf(classes, 'rename <project> <class> <name>', 'give a class another full name').action(
    act((_, dir: string, which: string, name: string) => set(dir, which, { name })),
  )
  leaf(
    classes,
    'short <project> <class> [name]',
    'give a class a short name; without one: its first synonym',
  ).action(act((_, dir: string, which: string, name?: string) => set(dir, which, { short: name ?? null })))
  leaf(
    classes,
    'colour <project> <class> [#rrggbb]',
    'give a class a colour; without one: that of its number',
  ).action(
    act((_, dir: string, which: string, colour?: string) =>
      set(dir, which, { colour: colour?.toLowerCase() ?? null }),
    ),
  )
  leaf(
    classes,
    'key <project> <class> [key]',
    'give a class a key, such as J, Alt+J or F4; without one: none',
  ).action(act((_, dir: string, which: string, key?: string) => set(dir, which, { key: key ?? null })))
  leaf(classes, 'add <project> <name>', 'add a class; it gets the next number, and cannot be removed')
    .option('--wnid <id>', 'its WordNet id')
    .option('--short <name>')
    .option('--colour <#rrggbb>')
    .option('--key <key>')
    .action(act(add))
  leaf(classes, 'merge <project> <classes...>', 'make one class of several; "separate" takes it back')
    .requiredOption('--into <class>', 'the class that they all stand for')
    .action(act(merge))
  leaf(classes, 'separate <project> <classes...>', 'take merging back').action(act(separate))
  leaf(classes, 'order <project> [classes...]', 'put classes elsewhere in the order of display')
    .option('--before <class>', 'put them before this one')
    .option('--last', 'put them at the end')
    .option('--by <what>', 'order all classes: by number or name')
    .action(act(order))
}

/** Opens the project for writing, saves one step, and tells what it did. */
function change(
  dir: string,
  stepOf: (classes: readonly ProjectClass[], project: Project) => unknown,
  textOf: (classes: readonly ProjectClass[], step: ClassStep, added: number | null) => string,
): CommandResult {
  const project = openProject(dir)
  try {
    const parsed = classStep.safeParse(stepOf(listClasses(project), project))
    if (!parsed.success) return fail('usage', z.prettifyError(parsed.error))
    const { version, changed, added } = changeClasses(project, parsed.data)
    const after = listClasses(project)
    return {
      json: { version, changed, ...(added === null ? {} : { added }), step: parsed.data },
      text: changed === 0 ? 'nothing changed' : textOf(after, parsed.data, added),
    }
  } finally {
    project.close()
  }
}

const line = (one: ProjectClass): string => {
  const settings = [one.colour, one.key === null ? null : `key ${one.key}`].filter(Boolean)
  return `class ${one.index}: ${one.short}, full name "${one.name}"${settings.map(text => `, ${text}`).join('')}`
}

async function set(dir: string, which: string, fields: Record<string, unknown>): Promise<CommandResult> {
  return change(
    dir,
    classes => ({ kind: 'set', class: findClass(classes, which).index, ...fields }),
    (after, step) => line(after[(step as { class: number }).class]!),
  )
}

async function add(
  _: CommandContext,
  dir: string,
  name: string,
  { wnid, short, colour, key }: AddOptions,
): Promise<CommandResult> {
  const fields = { wnid, short, colour: colour?.toLowerCase(), key }
  return change(
    dir,
    () => ({ kind: 'add', name, ...fields }),
    (after, __, added) => `added ${line(after[added!]!)}`,
  )
}

async function merge(
  _: CommandContext,
  dir: string,
  which: string[],
  { into }: { into: string },
): Promise<CommandResult> {
  let images = 0
  return change(
    dir,
    (classes, project) => {
      const numbers = which.map(text => findClass(classes, text).index)
      images = imagesOfClasses(project, numbers).given
      return { kind: 'merge', classes: numbers, into: findClass(classes, into).index }
    },
    (after, step) => {
      const { classes, into: number } = step as Extract<ClassStep, { kind: 'merge' }>
      const root = after[after[number]!.into ?? number]!
      return `${classes.map(one => after[one]!.short).join(', ')} (${images} images) now stand for ${line(root)}`
    },
  )
}

async function separate(_: CommandContext, dir: string, which: string[]): Promise<CommandResult> {
  return change(
    dir,
    classes => ({ kind: 'separate', classes: which.map(text => findClass(classes, text).index) }),
    (after, step) =>
      (step as { classes: number[] }).classes.map(one => `separated ${line(after[one]!)}`).join('\n'),
  )
}

async function order(
  _: CommandContext,
  dir: string,
  which: string[],
  { before, last, by }: OrderOptions,
): Promise<CommandResult> {
  if ([before, last, by].filter(one => one !== undefined).length !== 1)
    fail('usage', 'give one of --before CLASS, --last and --by number|name')
  return change(
    dir,
    classes => {
      if (by !== undefined) return { kind: 'arrange', by }
      if (which.length === 0) fail('usage', 'name the classes to move')
      return {
        kind: 'move',
        classes: which.map(text => findClass(classes, text).index),
        before: before === undefined ? null : findClass(classes, before).index,
      }
    },
    after =>
      [...after]
        .sort((a, b) => a.order - b.order)
        .slice(0, 20)
        .map(one => one.short)
        .join(', ') + (after.length > 20 ? ', …' : ''),
  )
}

async function list(
  _: CommandContext,
  dir: string,
  { order: ordered }: { order?: boolean },
): Promise<CommandResult> {
  const project = openProject(dir, { readonly: true })
  try {
    const { given, leads, corrected } = classCounts(project)
    const rows = listClasses(project).map(one => ({
      ...one,
      given: given[one.index] ?? 0,
      leads: leads[one.index] ?? 0,
      corrected: corrected[one.index] ?? 0,
    }))
    if (ordered) rows.sort((a, b) => a.order - b.order)
    const lines = rows.map(row =>
      [
        String(row.index).padStart(5),
        row.short,
        row.name,
        row.wnid ?? '-',
        row.colour ?? '-',
        row.key ?? '-',
        `${row.given} given, leads ${row.leads}, ${row.corrected} corrected`,
        ...(row.into === undefined ? [] : [`merged into ${row.into}`]),
      ].join('  '),
    )
    return { json: { classes: rows }, text: lines.join('\n') }
  } finally {
    project.close()
  }
}
