/** Changes the classes: a step is in the log and on disk when it returns, with the rows that browsing derives from them. */
import { fail } from '../../base/error.ts'
import type { ClassPatch, ClassStep } from '../../contract/api/classes.ts'
import { manifestSchema } from '../../contract/manifest.ts'
import { annotationIdOf } from '../../contract/ids.ts'
import { matchClasses } from '../../labelmap/match-classes.ts'
import type { KnownClass } from '../../contract/class-entry.ts'
import { transaction, type Db } from '../database/connection.ts'
import {
  classesVersion,
  knownClasses,
  rootsOf,
  storedClasses,
  type StoredClass,
} from '../database/classes.ts'
import type { Project } from '../database/handle.ts'
import { saveLogged, writeMeta, type Log, type LoggedClasses } from '../recovery/log.ts'
import { forgetMeasuresOf, noteToMeasure, regroupImages } from '../browse/class-changes.ts'
import { planBack, planStep, type ClassPlan } from './plan.ts'

/** What a step did. */
export interface ClassesChanged {
  version: number
  added: number | null
  /** Classes that changed. */
  changed: number
  /** Takes it back with {@link restoreClasses}; null: it cannot be taken back. */
  back: ClassPatch[] | null
  /** Annotations with measures to be made again. */
  remeasure: string[]
}

/** Saves a step. Throws `usage` with the reason, `not-found`, `conflict` where `version` is not the current one. */
export function changeClasses(
  project: Project,
  step: ClassStep,
  options: { version?: number | undefined; now?: number } = {},
): ClassesChanged {
  return save(project, options, rows => planStep(rows, step))
}

/** Puts fields of classes back to what they were. Throws `conflict` where the classes have changed since `version`. */
export function restoreClasses(
  project: Project,
  patches: readonly ClassPatch[],
  version: number,
  now?: number,
): ClassesChanged {
  return save(project, { version, ...(now === undefined ? {} : { now }) }, rows => {
    const missing = patches.find(patch => !rows[patch.class])
    if (missing) fail('not-found', `the project has no class ${missing.class}`, { class: missing.class })
    return { patches: [...patches], added: null }
  })
}

function save(
  project: Project,
  { version, now = Date.now() }: { version?: number | undefined; now?: number },
  plan: (rows: StoredClass[]) => ClassPlan,
): ClassesChanged {
  const result = saveLogged(project, log => {
    const current = classesVersion(project.db)
    if (version !== undefined && version !== current)
      fail('conflict', `the classes are at version ${current}, not ${version}; look at them again`, {
        version: current,
        asked: version,
      })
    const rows = storedClasses(project.db)
    const { patches, added } = plan(rows)
    if (patches.length === 0) return { version: current, added, changed: 0, back: [], remeasure: [] }
    const back = planBack(rows, patches)
    const remeasure = apply(project, rows, patches, current, { log, now })
    return { version: current + 1, added, changed: patches.length, back, remeasure }
  })
  takeClasses(project)
  return result
}

/** Makes what is stored what the open project knows; the array stays the same where no meaning changed. */
function takeClasses(project: Project): void {
  const next = knownClasses(storedClasses(project.db))
  if (JSON.stringify(next) !== JSON.stringify(project.classes)) project.classes = next
  project.classesVersion = classesVersion(project.db)
}

/** Writes patches, in a transaction; gives the annotations with measures to be made again. */
function apply(
  project: Project,
  before: StoredClass[],
  patches: readonly ClassPatch[],
  version: number,
  { log, now }: { log: Log; now: number },
): string[] {
  const { db } = project
  writePatches(db, patches)
  const after = storedClasses(db)
  const roots = rootsOf(after)
  const former = rootsOf(before)
  writeRoots(db, roots, former)
  writeMeta(db, 'classes', String(version + 1))
  const moved = [...roots.keys()].filter(number => number < former.length && roots[number] !== former[number])
  const measured = new Set<number>()
  if (moved.length > 0) {
    const led = [...new Set(moved.flatMap(number => [number, former[number]!, roots[number]!]))]
    for (const number of regroupImages(db, moved, led)) measured.add(number)
  }
  if (patches.some(patch => patch.name !== undefined))
    for (const number of rematched(db, knownClasses(before), knownClasses(after))) {
      forgetMeasuresOf(db, number)
      measured.add(number)
    }
  noteToMeasure(db, measured)
  log({ kind: 'classes', version, time: now, patches: [...patches] })
  return [...measured].map(annotationIdOf)
}

function writePatches(db: Db, patches: readonly ClassPatch[]): void {
  const count = db.prepare<[], number>('SELECT count(*) FROM classes').pluck().get()!
  const add = db.prepare('INSERT INTO classes (number, name) VALUES (?, ?)')
  let next = count
  for (const { class: number, ...fields } of patches) {
    if (number > next || (number === next && fields.name === undefined))
      fail('not-found', `the project has no class ${number}`, { class: number })
    if (number === next) add.run(next++, fields.name)
    if (fields.merged !== undefined && fields.merged !== null && fields.merged >= next)
      fail('not-found', `the project has no class ${fields.merged}`, { class: fields.merged })
    for (const [field, value] of Object.entries(fields))
      db.prepare(`UPDATE classes SET ${columnOf(field)} = ? WHERE number = ?`).run(
        Array.isArray(value) ? (value.length === 0 ? null : JSON.stringify(value)) : (value ?? null),
        number,
      )
  }
}

const columns = new Set(['name', 'also', 'wnid', 'short', 'colour', 'key', 'place', 'merged'])
const columnOf = (field: string): string =>
  columns.has(field) ? field : fail('usage', `a class has no "${field}"`)

function writeRoots(db: Db, roots: Int32Array, former: Int32Array): void {
  const write = db.prepare('UPDATE classes SET root = ? WHERE number = ?')
  roots.forEach((root, number) => {
    if (root !== (former[number] ?? number)) write.run(root === number ? null : root, number)
  })
}

/** Annotations whose classes are matched differently now. */
function rematched(db: Db, before: readonly KnownClass[], after: readonly KnownClass[]): number[] {
  const rows = db
    .prepare<[], { number: number; manifest: string }>('SELECT number, manifest FROM annotations')
    .all()
  return rows.flatMap(({ number, manifest }) => {
    const classes = classesIn(manifest)
    return classes === null || same(targetOf(classes, before), targetOf(classes, after)) ? [] : [number]
  })
}

const classList = manifestSchema.pick({ classes: true })
function classesIn(manifest: string): { name: string; wnid?: string }[] | null {
  try {
    return classList.safeParse(JSON.parse(manifest)).data?.classes ?? null
  } catch {
    return null
  }
}

function targetOf(annotator: { name: string }[], project: readonly KnownClass[]): Int32Array | null {
  try {
    return matchClasses(annotator, project).target
  } catch {
    return null
  }
}

const same = (a: Int32Array | null, b: Int32Array | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && a.every((value, i) => value === b[i]))

/** Saves a logged change, without logging it again; false: the database has it. Throws `conflict` where earlier ones are missing. */
export function replayClasses(project: Project, entry: LoggedClasses): boolean {
  const isNew = transaction(project.db, () => {
    const current = classesVersion(project.db)
    if (entry.version < current) return false
    if (entry.version > current)
      fail(
        'conflict',
        `the classes are at version ${current}, the change is based on version ${entry.version}`,
      )
    apply(project, storedClasses(project.db), entry.patches, current, {
      log: () => undefined,
      now: entry.time,
    })
    return true
  })
  takeClasses(project)
  return isNew
}
