/** The images of a project: where they are, what they are labelled, what is known to be wrong with them. */
import { join } from 'node:path'
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { isCount } from '../base/plain.ts'
import type { FileStamp } from '../base/files/stamp.ts'
import { placeNewImages } from './browse/rebuild.ts'
import { resolveClass, resolveClasses } from './database/classes.ts'
import { transaction } from './database/connection.ts'
import type { Project } from './database/handle.ts'
import { json, parseRow, parseRows, tryRow, type Table } from './database/rows.ts'
import { actualFolder, storedFolder } from './split-folder.ts'

/** An object whose place is known. */
export interface TruthBox {
  class: number
  /** Pixels; right and bottom are exclusive. */
  box: [x1: number, y1: number, x2: number, y2: number]
}

/** One image. */
export interface ImageRow {
  id: number
  /** `${split}/${path}`: the image's key in label maps. */
  key: string
  split: string
  /** Relative to the split's folder, with '/'. */
  path: string
  /** Absolute. */
  file: string
  /** The given label. */
  label: number | null
  /** All valid classes, where they are known. */
  truth: number[] | null
  boxes: TruthBox[] | null
  /** Pixels after EXIF orientation; 0 where the file could not be read. */
  width: number
  height: number
  /** Why the image is left out, or null. */
  problem: string | null
  /** The file when it was last looked at; null: not known. */
  stamp: FileStamp | null
  /** Hexadecimal, of the file of this stamp; null: not known, it was never read as a whole. */
  sha256: string | null
}

/** What {@link addImages} takes. */
export type NewImage = Pick<ImageRow, 'path' | 'label' | 'width' | 'height'> &
  Partial<Pick<ImageRow, 'truth' | 'boxes' | 'problem' | 'stamp' | 'sha256'>>

/** A part of the data set and the folder its images lie in (absolute). */
export interface SplitRow {
  name: string
  folder: string
}

const truthBox = z.object({
  class: z.int().min(0),
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
})
const stored = z.object({
  id: z.int().min(1),
  split: z.string(),
  folder: z.string(),
  path: z.string().refine(path => !leadsOut(path), 'leads out of its folder'),
  label: z.int().min(0).nullable(),
  truth: json.pipe(z.array(z.int().min(0))).nullable(),
  boxes: json.pipe(z.array(truthBox)).nullable(),
  width: z.int().min(0),
  height: z.int().min(0),
  problem: z.string().nullable(),
  size: z.int().min(0).nullable(),
  modified: z.number().nullable(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'is not a SHA-256')
    .nullable(),
})
type StoredImage = z.infer<typeof stored>
const table: Table<StoredImage> = { name: 'images', key: 'id', row: stored }

const split = z.object({ name: z.string(), folder: z.string() })
const splitTable: Table<SplitRow> = { name: 'splits', key: 'name', row: split }

/** Which images to list. */
export interface ImageFilter {
  split?: string
  /** True: only those without a problem; false: only those with one. */
  usable?: boolean
}

const columns = `images.id, splits.name AS split, splits.folder, images.path, images.label, images.truth, images.boxes,
  images.width, images.height, images.problem, images.size, images.modified,
  nullif(lower(hex(images.sha256)), '') AS sha256`

/** Registers a split's folder; the same name must keep its folder. */
export function addSplit(project: Project, name: string, folder: string): void {
  if (!/^[\w.-]+$/.test(name) || name === '.' || name === '..')
    fail('usage', `"${name}" is not a name for a split; use letters, digits, - and _`)
  transaction(project.db, () => {
    const known = project.db
      .prepare<[string], { folder: string }>('SELECT folder FROM splits WHERE name = ?')
      .get(name)
    const stored = storedFolder(project, folder)
    if (known && known.folder !== stored)
      fail('usage', `the split "${name}" has its images in ${actualFolder(project, known.folder)} already`)
    if (!known) project.db.prepare('INSERT INTO splits (name, folder) VALUES (?, ?)').run(name, stored)
  })
}

/** All splits, in the order they were added. */
export function listSplits(project: Project): SplitRow[] {
  const rows = project.db.prepare('SELECT name, folder FROM splits ORDER BY id').all()
  return parseRows(project.db, splitTable, rows).map(row => ({
    name: row.name,
    folder: actualFolder(project, row.folder),
  }))
}

/**
 * Adds images to a split in one transaction; ids follow the sorted paths. An image that is there already keeps its id
 * and takes the new values; its hash stays where its file's stamp does, and what a person corrected stays corrected.
 */
export function addImages(project: Project, split: string, rows: readonly NewImage[]): void {
  const sorted = [...rows].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  transaction(project.db, () => {
    const found = project.db
      .prepare<[string], { id: number }>('SELECT id FROM splits WHERE name = ?')
      .get(split)
    if (!found) return fail('not-found', `the project has no split "${split}"; add it first`)
    const last = project.db.prepare<[], number>('SELECT coalesce(max(id), 0) FROM images').pluck().get()!
    const insert = project.db.prepare(
      `INSERT INTO images (split, path, label, truth, boxes, width, height, problem, size, modified, sha256)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, unhex(?))
       ON CONFLICT (split, path) DO UPDATE SET label = ${kept('label')}, truth = ${kept('truth')}, boxes = excluded.boxes,
         width = excluded.width, height = excluded.height, problem = excluded.problem,
         sha256 = coalesce(excluded.sha256, iif(size = excluded.size AND modified = excluded.modified, sha256, NULL)),
         size = excluded.size, modified = excluded.modified`,
    )
    const renew = renewOriginals(project.db)
    for (const row of sorted) {
      if (leadsOut(row.path))
        fail('bad-project', `the image path "${row.path}" leads out of its folder`, { path: row.path })
      insert.run(
        found.id,
        row.path,
        row.label,
        row.truth ? JSON.stringify(row.truth) : null,
        row.boxes ? JSON.stringify(row.boxes) : null,
        row.width,
        row.height,
        row.problem ?? null,
        row.stamp?.size ?? null,
        row.stamp?.modified ?? null,
        row.sha256 ?? null,
      )
      renew?.(found.id, row)
    }
    placeNewImages(project.db, found.id, last)
  })
}

/** Column of an image that is imported again: a value that a person corrected stays. */
const kept = (field: 'label' | 'truth'): string => `iif(EXISTS (SELECT 1 FROM label_originals
  WHERE field = '${field}' AND image = images.id AND value IS NOT images.${field}), images.${field}, excluded.${field})`

/** What keeps the originals of corrected images; null: there are none. */
function renewOriginals(db: Project['db']): ((split: number, row: NewImage) => void) | null {
  if (!db.prepare('SELECT 1 FROM label_originals LIMIT 1').get()) return null
  const renew = db.prepare(
    `UPDATE label_originals SET value = ?
     WHERE field = ? AND image = (SELECT id FROM images WHERE split = ? AND path = ?)`,
  )
  return (split, { path, label, truth }) => {
    renew.run(label, 'label', split, path)
    renew.run(truth ? JSON.stringify(truth) : null, 'truth', split, path)
  }
}

/** A path may not leave its folder, whoever wrote the project. */
function leadsOut(path: string): boolean {
  return path === '' || path.startsWith('/') || /^[A-Za-z]:/.test(path) || /(^|[/\\])\.\.([/\\]|$)/.test(path)
}

/** Most rows are right, and there may be a million: only the others, and those with JSON, go through the schema. */
function isPlain(row: unknown): row is StoredImage {
  const { id, split, folder, path, label, truth, boxes, width, height, problem } = row as Record<
    string,
    unknown
  >
  const { size, modified, sha256 } = row as Record<string, unknown>
  return (
    truth === null &&
    boxes === null &&
    isCount(id) &&
    typeof split === 'string' &&
    typeof folder === 'string' &&
    typeof path === 'string' &&
    !leadsOut(path) &&
    (label === null || isCount(label)) &&
    isCount(width) &&
    isCount(height) &&
    (problem === null || typeof problem === 'string') &&
    (size === null || isCount(size)) &&
    (modified === null || typeof modified === 'number') &&
    (sha256 === null || (typeof sha256 === 'string' && sha256.length === 64))
  )
}

function rowOf(project: Project, found: unknown): ImageRow {
  const row = isPlain(found) ? found : parseRow(project.db, table, found)
  return {
    id: row.id,
    key: `${row.split}/${row.path}`,
    split: row.split,
    path: row.path,
    file: join(actualFolder(project, row.folder), row.path),
    label: row.label === null ? null : resolveClass(project, row.label),
    truth: row.truth && [...resolveClasses(project, row.truth)],
    boxes: row.boxes && row.boxes.map(one => ({ ...one, class: resolveClass(project, one.class) })),
    width: row.width,
    height: row.height,
    problem: row.problem,
    stamp: row.size === null || row.modified === null ? null : { size: row.size, modified: row.modified },
    sha256: row.sha256,
  }
}

function conditionOf(filter: ImageFilter): { where: string; values: string[] } {
  const parts = ['1']
  const values: string[] = []
  if (filter.split !== undefined) {
    parts.push('images.split = (SELECT id FROM splits WHERE name = ?)')
    values.push(filter.split)
  }
  if (filter.usable !== undefined)
    parts.push(filter.usable ? 'images.problem IS NULL' : 'images.problem IS NOT NULL')
  return { where: parts.join(' AND '), values }
}

/** Images one after another, ordered by id, without those whose row is bad; the project must not be written meanwhile. */
export function* iterateImages(project: Project, filter: ImageFilter = {}): Generator<ImageRow> {
  const { where, values } = conditionOf(filter)
  const rows = project.db
    .prepare<string[]>(
      `SELECT ${columns} FROM images JOIN splits ON splits.id = images.split WHERE ${where} ORDER BY images.id`,
    )
    .iterate(...values)
  for (const row of rows) {
    const image = tryRow(project.db, () => rowOf(project, row))
    if (image) yield image
  }
}

/** Label and truth of every image of a split by key, with merged classes resolved. */
export function labelsOfSplit(
  project: Project,
  split: string,
): Map<string, { label: number | null; valid: number[] | null }> {
  const found = new Map<string, { label: number | null; valid: number[] | null }>()
  for (const { key, label, truth } of iterateImages(project, { split }))
    found.set(key, { label, valid: truth })
  return found
}

/** Images ordered by id (ids follow the sorted keys within a split); an unknown split fails with `not-found`. */
export function listImages(project: Project, filter: ImageFilter = {}): ImageRow[] {
  if (filter.split !== undefined) requireSplit(project, filter.split)
  return [...iterateImages(project, filter)]
}

/** Fails with `not-found`, naming the splits there are. */
export function requireSplit(project: Project, name: string): void {
  const names = listSplits(project).map(split => split.name)
  if (!names.includes(name))
    fail('not-found', `the project has no split "${name}"; it has ${names.join(', ') || 'none yet'}`, {
      split: name,
      splits: names,
    })
}

/** The image of a row id; fails with `not-found`, or `bad-project` for a bad row. */
export function getImage(project: Project, id: number): ImageRow {
  const row = project.db
    .prepare<[number]>(
      `SELECT ${columns} FROM images JOIN splits ON splits.id = images.split WHERE images.id = ?`,
    )
    .get(id)
  return row !== undefined
    ? rowOf(project, row)
    : fail('not-found', `the project has no image ${id}`, { image: id })
}

/** The image of a key (`train/3/7.png`), or undefined. */
export function findImage(project: Project, key: string): ImageRow | undefined {
  const slash = key.indexOf('/')
  const row = project.db
    .prepare<[string, string]>(
      `SELECT ${columns} FROM images JOIN splits ON splits.id = images.split
       WHERE images.split = (SELECT id FROM splits WHERE name = ?) AND images.path = ?`,
    )
    .get(key.slice(0, slash), key.slice(slash + 1))
  return row === undefined ? undefined : rowOf(project, row)
}
