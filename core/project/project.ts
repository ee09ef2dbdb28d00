/** A project folder: creating it, opening it, and the places of its files. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fail } from '../base/error.ts'
import { takeLock } from '../base/files/lock.ts'
import { databaseEndings } from '../base/files/sqlite.ts'
import type { ClassEntry } from '../contract/class-entry.ts'
import { asProjectError, openReadonly, openWritable, transaction, type Db } from './database/connection.ts'
import { classesVersion, knownClasses, storedClasses } from './database/classes.ts'
import { requireOwnEntries } from './database/entries.ts'
import type { Project } from './database/handle.ts'
import { damageNoted } from './database/damage.ts'
import { replayOwnLog } from './corrections/replay.ts'
import { schemaVersion } from './database/schema.ts'
import { checkDatabase, damagedDatabase } from './recovery/check.ts'
import { dropChecksums, isPending, writeChecksums } from './recovery/checksums.ts'
import { copyClosed } from './recovery/copies.ts'
import { writeMeta } from './recovery/log.ts'

export type { Project }

const databaseFile = (dir: string): string => join(dir, 'project.db')
const lockFile = (dir: string): string => join(dir, 'project.lock')

function checkClasses(classes: readonly ClassEntry[]): void {
  if (classes.length < 1) fail('usage', 'a project needs at least one class')
  if (classes.length > 1_000_000)
    fail('usage', `${classes.length} classes are more than the limit of 1,000,000`)
  classes.forEach((entry, position) => {
    if (entry.index !== position)
      fail('usage', `class indices must count from 0: entry ${position} has ${entry.index}`)
    if (typeof entry.name !== 'string' || entry.name === '')
      fail('usage', `class ${position} has no name; every class needs one`)
  })
}

function fill(db: Db, name: string, classes: readonly ClassEntry[]): void {
  transaction(db, () => {
    writeMeta(db, 'name', name)
    writeMeta(db, 'id', randomUUID())
    const add = db.prepare('INSERT INTO classes (number, name, wnid) VALUES (?, ?, ?)')
    for (const entry of classes) add.run(entry.index, entry.name, entry.wnid ?? null)
  })
}

/** A project under construction: it appears in the folder only once it is complete. */
export interface DraftProject {
  /** The project to fill; closing it discards the draft. */
  project: Project
  /** Moves the project into place and opens it; `project` is then closed. */
  finish(): Project
}

/**
 * Creates the folder and a draft in it; fails if there is a project already. A draft that a kill left behind is
 * replaced, so there is never half a project.
 */
export function beginProject(dir: string, options: { name?: string; classes: ClassEntry[] }): DraftProject {
  checkClasses(options.classes)
  const folder = resolve(dir)
  const file = databaseFile(folder)
  const draft = join(folder, 'project.new.db')
  const discard = (): void => {
    for (const ending of databaseEndings) rmSync(draft + ending, { force: true })
  }
  if (existsSync(file)) fail('usage', `${folder} holds a project already; choose another folder`, { file })
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw asProjectError(error, folder)
  }
  requireOwnEntries(folder)
  const lock = takeLock(lockFile(folder))
  let db: Db | undefined
  try {
    discard()
    db = openWritable(draft, true)
    fill(db, options.name ?? basename(folder), options.classes)
  } catch (error) {
    db?.close()
    discard()
    lock.release()
    rmSync(lockFile(folder), { force: true })
    throw error
  }
  const project = projectOf(folder, db, false, () => {
    discard()
    lock.release()
  })
  return {
    project,
    finish() {
      try {
        project.db.close() // writes the write-ahead log into the file
        renameSync(draft, file)
        return writableProject(folder, file, lock.release)
      } catch (error) {
        project.close()
        throw asProjectError(error, file)
      }
    },
  }
}

/** Creates the folder and an empty project in it; fails if there is one already. */
export function createProject(dir: string, options: { name?: string; classes: ClassEntry[] }): Project {
  return beginProject(dir, options).finish()
}

/**
 * Opens a project. Writable (the default) takes the writer's lock: code `locked` names the process that has it.
 * `readonly` works concurrently with a writer. Code `bad-project`: no project there, unreadable, or of a newer version.
 */
export function openProject(dir: string, options: { readonly?: boolean } = {}): Project {
  const folder = resolve(dir)
  const file = databaseFile(folder)
  if (!existsSync(folder))
    fail('not-found', `${folder} does not exist; make a project with "relabel new"`, { dir: folder })
  if (!statSync(folder).isDirectory() || !existsSync(file))
    fail('bad-project', `${folder} is not a project: it has no project.db`, { dir: folder })
  requireOwnEntries(folder)
  let release: (() => void) | undefined
  try {
    // Damage, and a newer version, are reported before the lock is acquired.
    const checked = checkDatabase(folder, file, !options.readonly)
    if (!options.readonly) {
      release = takeLock(lockFile(folder)).release
      return { ...writableProject(folder, file, release), checked }
    }
  } catch (error) {
    release?.()
    throw damagedDatabase(folder, file, error)
  }
  const { db, version } = openReadonly(file)
  if (version === schemaVersion) return projectOf(folder, db, true, () => undefined)
  db.close()
  openProject(dir).close() // an older file: bring it to the current tables first
  return openProject(dir, options)
}

/** Opens the database for writing, which invalidates its checksums, and replays what only the log has. */
function writableProject(folder: string, file: string, release: () => void): Project {
  try {
    dropChecksums(file)
  } catch {
    // If nothing can be removed, nothing can be written either; opening reports that next.
  }
  const { ino } = statSync(file)
  const project = projectOf(folder, openWritable(file, false), false, () => {
    try {
      // The folder may be gone by now, or replaced by another project.
      const isThere = statSync(file, { throwIfNoEntry: false })?.ino === ino
      // Damage that is known must not pass for what was written, nor push good copies out.
      if (isThere && !isPending(file) && damageNoted(project.db).length === 0) {
        writeChecksums(file)
        copyClosed(project, file)
      }
    } catch {
      // Without checksums, the next opening checks the structure.
    } finally {
      release()
    }
  })
  try {
    project.replayed = replayOwnLog(project)
    return project
  } catch (error) {
    project.db.close()
    throw error
  }
}

function projectOf(dir: string, db: Db, readonly: boolean, release: () => void): Project {
  const name = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'name'").get()
  return {
    dir,
    name: name?.value ?? basename(dir),
    classes: knownClasses(storedClasses(db)),
    classesVersion: classesVersion(db),
    readonly,
    db,
    replayed: { applied: 0, failed: [] },
    checked: true,
    close() {
      if (db.open) db.close()
      release()
    },
  }
}
