/**
 * Checks that files of this program in a folder of unknown origin are in that folder itself: never links, devices or
 * pipes.
 */
import { lstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fail } from '../error.ts'
import { diskError } from './disk-error.ts'

export type OwnedKind = 'file' | 'folder'

/** Limits of a folder check: number of entries, and depth. */
const most = { entries: 1_000_000, levels: 8 }

type Found = Pick<Stats, 'isFile' | 'isDirectory' | 'isSymbolicLink'>

function check(path: string, found: Found, kind: OwnedKind | 'either'): void {
  const isRight = (kind !== 'folder' && found.isFile()) || (kind !== 'file' && found.isDirectory())
  if (isRight) return
  const wanted = kind === 'folder' ? 'a folder' : kind === 'file' ? 'a file' : 'a file or a folder'
  if (found.isSymbolicLink())
    fail(
      'bad-project',
      `${path} is a link, where ${wanted} of the program belongs; nothing is read or written through it. Replace it by what it points to, or delete it`,
      { path },
    )
  fail('bad-project', `${path} is not ${wanted}, which belongs there; move it away or delete it`, { path })
}

/**
 * Gives `path`, which lies in `root`, where it is of `kind` or not there yet, and all folders between the two are
 * folders or not there yet. Throws `bad-project`, naming the entry, where one is a link or of another kind.
 * `root` itself is what a person named: it may be reached through links.
 */
export function requireOwned(root: string, path: string, kind: OwnedKind): string {
  const names = relative(root, path).split(sep)
  let at = root
  for (const [position, name] of names.entries()) {
    if (name === '') continue
    at = join(at, name)
    const found = statOf(at)
    if (!found) return path
    check(at, found, position < names.length - 1 ? 'folder' : kind)
  }
  return path
}

/** {@link requireOwned} for a file in its folder, which may have at most `most` bytes: what is read whole must fit. */
export function requireOwnedFile(path: string, most = Infinity): string {
  requireOwned(dirname(path), path, 'file')
  const size = statOf(path)?.size ?? 0
  if (size > most)
    fail('bad-project', `${path} has ${size} bytes, more than the ${most} that it may have; move it away`, {
      path,
    })
  return path
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    return diskError(error, path, 'read')
  }
}

/**
 * {@link requireOwned} for a folder, which is made where it is missing, with those on the way to it. Throws `disk` too.
 */
export function makeOwnedFolder(root: string, path: string): string {
  requireOwned(root, path, 'folder')
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    diskError(error, path, 'write')
  }
  return path
}

/**
 * Requires of everything in `dir`, which may be missing, that it is a file or a folder. Throws as {@link requireOwned}.
 */
export function requireOwnedTree(dir: string): void {
  let left = most.entries
  const look = (folder: string, levels: number): void => {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name)
      if (--left < 0 || levels === 0)
        fail('bad-project', `${path} is one entry too many: ${dir} holds more than any project does`, {
          path,
        })
      check(path, entry, 'either')
      if (entry.isDirectory()) look(path, levels - 1)
    }
  }
  if (statOf(dir)) look(dir, most.levels)
}

function entriesOf(folder: string): (Found & { name: string })[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    return diskError(error, folder, 'read')
  }
}
