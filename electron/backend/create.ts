/** Creates projects from image folders, and inspects folders before that. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fail } from '../../core/base/error.ts'
import type { CallOutput, CallRequest } from '../../core/contract/api/index.ts'
import { findClasses } from '../../core/dataset/find-classes.ts'
import { classFolders } from '../../core/dataset/scan.ts'
import { beginProject } from '../../core/project/project.ts'

const splitNames = ['train', 'training', 'val', 'valid', 'validation', 'test', 'testing']
const shownFolders = 100

/** Creates the project, without images; returns its folder. Rejects with `usage`, `bad-data`, `not-found`, `disk`. */
export async function makeProject(wanted: CallRequest<'project.create'>): Promise<string> {
  const dir = resolve(wanted.dir)
  const names = wanted.splits.map(split => split.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) fail('usage', `the split "${twice}" is given twice`)
  const bad = names.find(name => !/^[\w.-]+$/.test(name) || name === '.' || name === '..')
  if (bad !== undefined) fail('usage', `"${bad}" is not a name for a split; use letters, digits, - and _`)
  const classes = await findClasses(
    wanted.splits.map(split => resolve(split.dir)),
    wanted.classes ?? undefined,
  )
  beginProject(dir, { classes, ...(wanted.name ? { name: wanted.name } : {}) })
    .finish()
    .close()
  return dir
}

/** What a folder of images contains. Rejects with `not-found`, `bad-data`. */
export async function inspectFolder(path: string): Promise<CallOutput<'project.inspect'>> {
  const dir = resolve(path)
  const folders = await classFolders(dir)
  const splits: { name: string; dir: string }[] = []
  for (const name of folders) {
    if (!splitNames.includes(name.toLowerCase())) continue
    const inside = await classFolders(join(dir, name)).catch(() => [])
    if (inside.length > 0) splits.push({ name, dir: join(dir, name) })
  }
  return {
    dir,
    project: existsSync(join(dir, 'project.db')),
    folders: folders.slice(0, shownFolders),
    folderCount: folders.length,
    splits,
  }
}
