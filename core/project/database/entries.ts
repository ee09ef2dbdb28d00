/** Where a project keeps its own files, and the check that all of them are in the project's folder. */
import { join } from 'node:path'
import { makeOwnedFolder, requireOwned, requireOwnedTree } from '../../base/files/owned.ts'
import { databaseEndings } from '../../base/files/sqlite.ts'

/** Databases of the project, each with the files that SQLite may keep next to it. */
const databases = ['project.db', 'project.new.db', 'project.lock']
/** Checksums of the database while it is closed, and the log of corrections. */
const files = ['project.sum', 'corrections.jsonl']
/** Folders with only files of the program, at any depth. */
export const ownedFolders = ['annotations', 'runs', 'cache', 'copies']

/**
 * Checks everything that the program owns in a project's folder: files and folders only. Throws `bad-project`, naming the
 * entry that is a link or of another kind. Anything else (images, for example) is ignored.
 */
export function requireOwnEntries(dir: string): void {
  for (const name of databases)
    for (const ending of databaseEndings) requireOwned(dir, join(dir, name + ending), 'file')
  for (const name of files) requireOwned(dir, join(dir, name), 'file')
  for (const name of ownedFolders) requireOwnedTree(requireOwned(dir, join(dir, name), 'folder'))
}

type InProject = { dir: string }

/** The folder of an annotation's label maps. */
export const annotationFolder = ({ dir }: InProject, id: string): string => join(dir, 'annotations', id)
/** The folder of a run's configuration, metrics, checkpoints and models. */
export const runFolder = ({ dir }: InProject, id: string): string => join(dir, 'runs', id)
/** The folder of data that can be regenerated: pixels and thumbnails. */
export const cacheFolder = ({ dir }: InProject): string => join(dir, 'cache')

/** The folder of copies of the database. */
export const copiesFolder = ({ dir }: InProject): string => join(dir, 'copies')
/** The log of corrections. */
export const logFile = ({ dir }: InProject): string => join(dir, 'corrections.jsonl')

/** Creates one of the folders above. Throws `bad-project` if a link is in the way, `disk`. */
export const makeInProject = (project: InProject, folder: string): string =>
  makeOwnedFolder(project.dir, folder)
