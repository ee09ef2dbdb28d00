/** Class lists: from a file (JSON or text), or from the folders of an ImageFolder tree. */
import { stat } from 'node:fs/promises'
import { fail } from '../base/error.ts'
import { readText } from '../base/files/read.ts'
import { parseJson } from '../base/json.ts'
import type { ClassEntry, KnownClass } from '../contract/class-entry.ts'

const limits = { what: 'a class file (JSON or text)', maxBytes: 64 * 2 ** 20 }
const maxClasses = 1_000_000

/**
 * Reads a class list. JSON: an array of names, an array of `{index, name, wnid?}`, or an object from index to name or
 * `[wnid, name]`. Anything else is text with a class per line, the first line being class 0. Rejects with `not-found` or
 * `bad-data`.
 */
export async function readClasses(file: string): Promise<ClassEntry[]> {
  const info = await stat(file).catch(() => undefined)
  if (!info) fail('not-found', `the class file ${file} does not exist`, { file })
  const text = readText(file, limits)
  const entries = /^\s*[[{]/.test(text) ? fromJson(text, file) : fromText(text)
  return checked(entries, file)
}

function fromText(text: string): ClassEntry[] {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1)?.trim() === '') lines.pop()
  return lines.map((line, index) => ({ index, name: line.trim() }))
}

function fromJson(text: string, file: string): ClassEntry[] {
  const value = parseJson(text, file, { file })
  const items: [number, unknown][] = Array.isArray(value)
    ? value.map((item, position) => [position, item])
    : Object.entries(value as object).map(([key, item]) => [Number(key), item])
  return items.map(([index, item]) => entryOf(index, item, file))
}

function entryOf(position: number, item: unknown, file: string): ClassEntry {
  if (typeof item === 'string') return { index: position, name: item }
  if (Array.isArray(item) && item.length === 2 && item.every(part => typeof part === 'string'))
    return { index: position, wnid: item[0] as string, name: item[1] as string }
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
    const { index = position, name, wnid } = item as { index?: unknown; name?: unknown; wnid?: unknown }
    const label = name ?? wnid
    if (typeof index === 'number' && typeof label === 'string')
      return { index, name: label, ...(typeof wnid === 'string' ? { wnid } : {}) }
  }
  return fail(
    'bad-data',
    `${file}: entry ${position} is neither a name nor {"index", "name", "wnid"}: ${JSON.stringify(item)?.slice(0, 80)}`,
    { file, entry: position },
  )
}

function checked(entries: ClassEntry[], file: string): ClassEntry[] {
  if (entries.length === 0) fail('bad-data', `${file} names no class`, { file })
  if (entries.length > maxClasses)
    fail('bad-data', `${file} has ${entries.length} classes, more than ${maxClasses}`, { file })
  entries.sort((a, b) => a.index - b.index)
  entries.forEach((entry, position) => {
    if (entry.index !== position)
      fail('bad-data', `${file}: class indices must be 0 to ${entries.length - 1}, each once`, {
        file,
        index: entry.index,
      })
    if (entry.name.trim() === '')
      fail('bad-data', `${file}: class ${position} has an empty name`, { file, index: position })
  })
  return entries
}

/** Classes from folder names, sorted as torchvision's ImageFolder sorts them. */
export function classesOfFolders(folders: Iterable<string>): ClassEntry[] {
  return [...new Set(folders)].sort().map((name, index) => ({ index, name }))
}

/**
 * Which class a folder's images belong to: the folder is named by wnid or by name. If no folder is, but all names are
 * numbers below the number of classes, they are class indices. A name that two classes share matches neither; one
 * that a class had before still matches it.
 */
export function matchFolders(
  folders: readonly string[],
  classes: readonly KnownClass[],
): Map<string, number | null> {
  const byName = new Map<string, number | null>()
  for (const { index, name } of classes) byName.set(name, byName.has(name) ? null : index)
  for (const { index, also } of classes)
    for (const name of also ?? []) if (!byName.has(name)) byName.set(name, index)
  const byWnid = new Map(classes.flatMap(({ index, wnid }) => (wnid ? [[wnid, index] as const] : [])))
  const found = new Map(
    folders.map(folder => [folder, byWnid.get(folder) ?? byName.get(folder) ?? null] as const),
  )
  const numbers = folders.every(folder => /^\d{1,7}$/.test(folder) && Number(folder) < classes.length)
  if (numbers && [...found.values()].every(index => index === null))
    for (const folder of folders) found.set(folder, Number(folder))
  return found
}
