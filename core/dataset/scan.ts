/** Walking an ImageFolder tree: one folder per class, files at any depth below it. */
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, messageOf } from '../base/error.ts'

/** A file below the root. `folder` is the class's folder, or null for a file directly in the root. */
export interface FoundFile {
  /** Relative to the root, with '/'. */
  path: string
  folder: string | null
}

/** Files about the tree that are not part of it. */
const notImages = new Set(['truth.jsonl', 'Thumbs.db', 'desktop.ini', '__MACOSX'])
const maxDepth = 32
const maxFiles = 20_000_000

const skipped = (name: string): boolean => name.startsWith('.') || notImages.has(name)

/** The class folders of a tree, sorted. */
export async function classFolders(root: string): Promise<string[]> {
  const names: string[] = []
  for (const entry of await entriesOf(root)) if (entry.folder) names.push(entry.name)
  return names
}

interface Entry {
  name: string
  folder: boolean
}

/** Visible entries, sorted by code units; links are followed. */
async function entriesOf(dir: string): Promise<Entry[]> {
  const found = await readdir(dir, { withFileTypes: true }).catch((error: unknown) =>
    (error as { code?: unknown }).code === 'ENOENT'
      ? fail('not-found', `the folder ${dir} does not exist`, { dir })
      : fail('bad-data', `the folder ${dir} cannot be read (${messageOf(error)})`, { dir }),
  )
  const entries: Entry[] = []
  for (const item of found) {
    if (skipped(item.name)) continue
    if (item.isDirectory()) entries.push({ name: item.name, folder: true })
    else if (item.isFile()) entries.push({ name: item.name, folder: false })
    else if (item.isSymbolicLink()) {
      const target = await stat(join(dir, item.name)).catch(() => undefined)
      // A dangling link stays in the list, so that it is reported as a file that does not exist.
      entries.push({ name: item.name, folder: target?.isDirectory() ?? false })
    }
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** All files of the tree, sorted by path (code units); hidden files and system files are left out. */
export async function scanTree(root: string): Promise<FoundFile[]> {
  const files: FoundFile[] = []
  const walk = async (path: string, folder: string, open: readonly string[]): Promise<void> => {
    const dir = join(root, path)
    const real = await realpath(dir)
    if (open.includes(real)) return // a link that leads back up
    if (open.length > maxDepth)
      fail('bad-data', `${dir} lies more than ${maxDepth} folders deep; check the tree for loops`, { dir })
    for (const entry of await entriesOf(dir)) {
      const below = `${path}/${entry.name}`
      if (entry.folder) await walk(below, folder, [...open, real])
      else files.push({ path: below, folder })
      if (files.length > maxFiles) fail('bad-data', `${root} holds more than ${maxFiles} files`, { root })
    }
  }
  const entries = await entriesOf(root)
  const top = [await realpath(root)]
  for (const entry of entries)
    if (entry.folder) await walk(entry.name, entry.name, top)
    else files.push({ path: entry.name, folder: null })
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}
