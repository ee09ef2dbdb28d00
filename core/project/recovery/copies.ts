/** Copies of a project's database in its folder `copies/`: made while it is open or when it is closed, the newest few kept. */
import { constants, copyFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { guarded, type Db } from '../database/connection.ts'
import { copiesFolder, makeInProject } from '../database/entries.ts'
import type { Project } from '../database/handle.ts'
import { damageNoted } from '../database/damage.ts'
import { checksumFile, writeChecksums } from './checksums.ts'

/** Copies that are kept. */
const kept = 3
/** Steps of a person (edits, undos, redos, marks) after which a copy is due. */
const dueAfter = 200
/** Pages that are copied between two turns of the event loop. */
const pagesATime = 256

const pattern = /^project-(\d{8}T\d{6})(?:-(\d+))?\.db$/

/** A copy, by the name of its file. */
export interface CopyRow {
  name: string
  /** ISO 8601, UTC. */
  made: string
}

const steps = new WeakMap<Db, number>()
const running = new WeakSet<Db>()

/** Counts a step of a person that a copy is to hold. */
export function countStep(db: Db, count = 1): void {
  steps.set(db, (steps.get(db) ?? 0) + count)
}

/** Newest first. */
export function listCopies(dir: string): CopyRow[] {
  let names: string[]
  try {
    names = readdirSync(copiesFolder({ dir }))
  } catch {
    return []
  }
  return names
    .filter(name => pattern.test(name))
    .sort(newerFirst)
    .map(name => ({ name, made: momentOf(name) }))
}

/** Copies of one second are told apart by their numbers. */
function newerFirst(one: string, other: string): number {
  const [, stamp = '', count = '0'] = pattern.exec(one) ?? []
  const [, otherStamp = '', otherCount = '0'] = pattern.exec(other) ?? []
  return otherStamp.localeCompare(stamp) || Number(otherCount) - Number(count)
}

function momentOf(name: string): string {
  const [, stamp = ''] = pattern.exec(name) ?? []
  return stamp.replace(/^(....)(..)(..)T(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z')
}

/** A name that no copy has; copies of one second count up. */
function newName(dir: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]/g, '').slice(0, 15)
  const taken = new Set(listCopies(dir).map(copy => copy.name))
  for (let count = 0; ; count++) {
    const name = `project-${stamp}${count === 0 ? '' : `-${count}`}.db`
    if (!taken.has(name)) return name
  }
}

/** Puts a finished copy among the others, and takes away those beyond the newest few. */
function keepCopy(dir: string, temporary: string): string {
  const file = join(dirname(temporary), newName(dir, new Date()))
  writeChecksums(temporary)
  renameSync(checksumFile(temporary), checksumFile(file))
  renameSync(temporary, file)
  for (const { name } of listCopies(dir).slice(kept)) {
    const old = join(dirname(file), name)
    for (const path of [old, checksumFile(old)]) rmSync(path, { force: true })
  }
  return basename(file)
}

const temporaryIn = (project: { dir: string }): string =>
  join(makeInProject(project, copiesFolder(project)), `new-${process.pid}.db`)

/** Makes a copy when enough was done since the last one; nobody waits for more than a few milliseconds. */
export async function copyWhenDue(project: Project): Promise<void> {
  const { db } = project
  if (project.readonly || running.has(db) || (steps.get(db) ?? 0) < dueAfter) return
  if (damageNoted(db).length > 0) return // good copies are not to be pushed out by bad ones
  await makeCopy(project)
}

/** Copies an open database beside those who read and write it. Rejects with `disk`; gives the copy's name. */
export async function makeCopy(project: Project): Promise<string | null> {
  const { db, dir } = project
  if (running.has(db)) return null
  running.add(db)
  const counted = steps.get(db) ?? 0
  const temporary = temporaryIn(project)
  try {
    rmSync(temporary, { force: true })
    await db.backup(temporary, { progress: () => pagesATime })
    const name = guarded(temporary, () => keepCopy(dir, temporary))
    steps.set(db, Math.max(0, (steps.get(db) ?? 0) - counted))
    return name
  } catch (error) {
    rmSync(temporary, { force: true })
    return guarded(temporary, () => {
      throw error
    })
  } finally {
    running.delete(db)
  }
}

/** Copies a database that has just been closed where a person did something since the last copy. Where the disk is full there is no new copy. */
export function copyClosed(project: { dir: string; db: Db }, file: string): void {
  if ((steps.get(project.db) ?? 0) === 0) return
  let temporary: string | undefined
  try {
    temporary = temporaryIn(project)
    copyFileSync(file, temporary, constants.COPYFILE_FICLONE)
    keepCopy(project.dir, temporary)
  } catch {
    if (temporary) rmSync(temporary, { force: true })
  }
}
