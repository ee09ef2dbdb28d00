/** `relabel labels set|undo|list`: the given labels and the truth of images. */
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { fail } from '../../core/base/error.ts'
import type { ProjectClass } from '../../core/contract/class-entry.ts'
import { openLabelMaps } from '../../core/labelmap/files/index.ts'
import { listAnnotations } from '../../core/project/annotations.ts'
import { measureImages, outdatedImages } from '../../core/project/browse/measure-images.ts'
import { writeMeasures } from '../../core/project/browse/measures.ts'
import { findClass } from '../../core/project/classes/find.ts'
import { listClasses } from '../../core/project/classes/list.ts'
import { findImage, iterateImages } from '../../core/project/images.ts'
import { changeEach, lastChange, undoChange, type Changed } from '../../core/project/labels/change.ts'
import { changedLabels } from '../../core/project/labels/history.ts'
import type { Field, FieldValue } from '../../core/project/labels/values.ts'
import { openProject, type Project } from '../../core/project/project.ts'
import { rescoreStale, type Rescored } from '../tasks/evaluate/rescore-stale.ts'
import { act, leaf, type CommandContext, type CommandResult } from './action.ts'
import { readLabelFile } from './label-file.ts'

interface SetOptions {
  image?: string[]
  class?: string[]
  none?: true
  from?: string
  truth?: true
  author: string
}

interface UndoOptions {
  image?: string
  change?: string
  truth?: true
  author: string
}

export function register(program: Command): void {
  const labels = program
    .command('labels')
    .description(
      'given labels, and the truth that measures runs; name a class by its number, WordNet id or name',
    )
  leaf(labels, 'set <project>', 'change labels of some images, or of all in a file')
    .option('--image <keys...>', 'images, such as train/cat/0001.jpg')
    .option('--class <classes...>', 'the label; with --truth all classes in the image')
    .option('--none', 'no label; with --truth: only the label is known')
    .option('--from <file>', 'CSV lines "image,class", or JSON lines with "image" and "class" or "classes"')
    .option('--truth', 'the truth (all classes in an image) instead of the given label')
    .option('--author <name>', 'whose change it is', user())
    .action(act(set))
  leaf(labels, 'undo <project>', 'take back the last change, a named one, or the last one of an image')
    .option('--image <key>')
    .option('--change <id>')
    .option('--truth', 'of the truth instead of the given label')
    .option('--author <name>', 'whose step it is', user())
    .action(act(undo))
  leaf(labels, 'list <project>', 'the label of every image')
    .option('--changed', 'only images whose label is another one than they came with, with who and when')
    .action(act(list))
}

function user(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

const fieldOf = ({ truth }: { truth?: true }): Field => (truth ? 'truth' : 'label')

function imageOf(project: Project, key: string, where = ''): number {
  return (
    findImage(project, key)?.id ??
    fail('not-found', `${where}the project has no image "${key}"; name it as SPLIT/PATH`, { key })
  )
}

/** Classes by what a person calls them; each is looked for once. */
function classFinder(project: Project): (name: string) => number {
  const classes: readonly ProjectClass[] = listClasses(project)
  const known = new Map<string, number>()
  return name => {
    const found = known.get(name) ?? findClass(classes, name).index
    known.set(name, found)
    return found
  }
}

/** One class, or with a truth all of them. */
function valueOf(field: Field, find: (name: string) => number, names: readonly string[] | null): FieldValue {
  if (names === null) return null
  const found = names.map(find)
  if (field === 'truth') return found
  return found.length === 1 ? found[0]! : fail('usage', 'a given label is one class; --truth takes several')
}

function* wanted(
  project: Project,
  field: Field,
  options: SetOptions,
): Generator<readonly [number, FieldValue]> {
  const find = classFinder(project)
  if (options.from !== undefined) {
    const file = resolve(options.from)
    for (const { number, image, classes } of readLabelFile(file))
      yield [imageOf(project, image, `${file}, line ${number}: `), valueOf(field, find, classes)]
    return
  }
  const value = valueOf(field, find, options.none ? null : (options.class ?? []))
  for (const key of options.image ?? []) yield [imageOf(project, key), value]
}

async function set(_: CommandContext, dir: string, options: SetOptions): Promise<CommandResult> {
  const { from, image, none } = options
  if (
    from === undefined
      ? !image || (options.class === undefined) === (none === undefined)
      : (image ?? options.class ?? none)
  )
    fail('usage', 'give --from FILE, or --image KEY… with --class CLASS or --none')
  const field = fieldOf(options)
  const project = openProject(dir)
  try {
    const done = changeEach(project, {
      field,
      author: options.author,
      values: wanted(project, field, options),
    })
    return await told(project, field, done)
  } finally {
    project.close()
  }
}

async function undo(_: CommandContext, dir: string, options: UndoOptions): Promise<CommandResult> {
  const field = fieldOf(options)
  const project = openProject(dir)
  try {
    const change =
      options.change ?? lastChange(project, field) ?? fail('not-found', `no ${field} was changed`)
    const of = options.image === undefined ? { change } : { image: imageOf(project, options.image) }
    return await told(project, field, undoChange(project, { field, author: options.author, of }))
  } finally {
    project.close()
  }
}

/** Brings up to date what depends on labels and truth, and says what was done. */
async function told(project: Project, field: Field, done: Changed): Promise<CommandResult> {
  if (done.changed > 0 && field === 'label') await measureAgain(project)
  const rescored: Rescored = rescoreStale(project)
  const text = [
    `${field === 'label' ? 'labels' : 'truths'} changed: ${done.changed} (change ${done.change})`,
    ...(done.left > 0 ? [`left as they are, because they were changed since: ${done.left}`] : []),
    ...(rescored.done.length > 0
      ? [`scored again: ${rescored.done.map(({ run, split }) => `${run} on ${split}`).join(', ')}`]
      : []),
    ...rescored.failed.map(({ run, split, reason }) => `${run} on ${split} is not scored again: ${reason}`),
  ]
  return { json: { ...done, rescored }, text: text.join('\n') }
}

const atOnce = 2000

async function measureAgain(project: Project): Promise<void> {
  for (const { id, dir } of listAnnotations(project)) {
    let left = outdatedImages(project, id, atOnce)
    if (left.length === 0) continue
    const reader = await openLabelMaps(dir)
    try {
      while (left.length > 0) {
        const rows = measureImages(project, reader, left)
        if (rows.length === 0) break // what has no readable map stays as it is
        writeMeasures(project, id, rows)
        left = outdatedImages(project, id, atOnce)
      }
    } finally {
      await reader.close()
    }
  }
}

function list(_: CommandContext, dir: string, { changed }: { changed?: true }): Promise<CommandResult> {
  const project = openProject(dir, { readonly: true })
  try {
    const classes = listClasses(project)
    const nameOf = (label: number | null): string =>
      label === null ? 'no label' : (classes[label]?.short ?? `${label}`)
    if (changed) {
      const rows = changedLabels(project)
      const lines = rows.map(
        ({ key, label, original, author, time }) =>
          `${key}: ${nameOf(label)}, was ${nameOf(original)}, by ${author}, ${time}`,
      )
      return Promise.resolve({ json: rows, text: lines.join('\n') || 'no label was changed' })
    }
    const rows = [...iterateImages(project)].map(({ key, label, truth }) => ({ key, label, truth }))
    return Promise.resolve({
      json: rows,
      text: rows.map(({ key, label }) => `${key}: ${nameOf(label)}`).join('\n'),
    })
  } finally {
    project.close()
  }
}
