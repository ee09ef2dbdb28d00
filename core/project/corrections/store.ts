/** Corrections in the project: every edit of every image, its state, and the layer that the edits in force make. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { fail, messageOf } from '../../base/error.ts'
import { annotationNumber } from '../../contract/ids.ts'
import type { CorrectionState, Edit, HistoryEdit } from '../../contract/api/corrections.ts'
import {
  applyChanges,
  decodeLayer,
  emptyLayer,
  encodeLayer,
  invertChanges,
  layerSize,
  layerToList,
} from '../../labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../../labelmap/corrections/index.ts'
import { guarded, transaction } from '../database/connection.ts'
import { parseRow, parseRows, type Table } from '../database/rows.ts'
import { packEdit, unpackEdit } from './edit-content.ts'
import { noteDamage } from '../database/damage.ts'
import { saveLogged, type Log, type LoggedEdit } from '../recovery/log.ts'
import { checkEditFits, type MapExtent } from './fit.ts'
import type { Project } from '../database/handle.ts'

/** Identifies corrections: an image (row id) and an annotation (`a1`). */
export interface CorrectionPlace {
  image: number
  annotation: string
}

/** An image with corrections. */
export interface CorrectedImage {
  image: number
  key: string
  version: number
  /** Number of entries of the layer. */
  entries: number
}

/** Limit of decompressed layers. */
const maxLayer = 2 ** 26

/**
 * `done`: in force; `undone`: can be redone; `dropped`: a new edit was made instead of redoing it, kept for the record.
 */
type EditState = 'done' | 'undone' | 'dropped'

const bytes = z.instanceof(Uint8Array)
const storedEdit = z.object({ id: z.string(), author: z.string(), created: z.string(), content: bytes })
const edits: Table<z.infer<typeof storedEdit>> = { name: 'edits', key: 'id', row: storedEdit }
const storedLayer = z.object({ image: z.int(), version: z.int().min(0), layer: bytes })
const layers: Table<z.infer<typeof storedLayer>> = { name: 'corrections', key: 'image', row: storedLayer }
const storedCorrected = z.object({
  image: z.int().min(1),
  key: z.string(),
  version: z.int().min(0),
  entries: z.int().min(0),
})
const corrected: Table<CorrectedImage> = { name: 'corrections', key: 'image', row: storedCorrected }

/** The annotation's number; throws 'not-found' if the annotation or the image does not exist. */
function locate(project: Project, { image, annotation }: CorrectionPlace): number {
  const number = numberOf(project, annotation)
  if (!project.db.prepare('SELECT 1 FROM images WHERE id = ?').get(image))
    fail('not-found', `the project has no image ${image}`, { image })
  return number
}

function numberOf(project: Project, annotation: string): number {
  const number = annotationNumber(annotation)
  if (!project.db.prepare('SELECT 1 FROM annotations WHERE number = ?').get(number))
    fail('not-found', `the project has no annotation "${annotation}"`, { id: annotation })
  return number
}

/** Converts any error about stored bytes to a project error that names the location. */
function trusted<T>(project: Project, what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const message = `${project.db.name}: ${what} is damaged (${messageOf(error)}); "relabel project restore" brings back a copy`
    noteDamage(project.db, message)
    return fail('bad-project', message, { file: project.db.name, damaged: true }, error)
  }
}

const unpackLayer = (project: Project, bytes: Uint8Array, image: number | string): CorrectionLayer =>
  trusted(project, `the corrections of image ${image}`, () =>
    decodeLayer(zstdDecompressSync(bytes, { maxOutputLength: maxLayer })),
  )

/** The current version and layer. */
function readLayer(
  project: Project,
  number: number,
  image: number,
): { version: number; layer: CorrectionLayer } {
  const found = project.db
    .prepare('SELECT image, version, layer FROM corrections WHERE annotation = ? AND image = ?')
    .get(number, image)
  if (found === undefined) return { version: 0, layer: emptyLayer }
  const { version, layer } = parseRow(project.db, layers, found)
  return { version, layer: unpackLayer(project, layer, image) }
}

function writeLayer(
  project: Project,
  number: number,
  image: number,
  version: number,
  layer: CorrectionLayer,
): void {
  project.db
    .prepare(
      `INSERT INTO corrections (annotation, image, version, entries, layer) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (annotation, image) DO UPDATE
       SET version = excluded.version, entries = excluded.entries, layer = excluded.layer`,
    )
    .run(number, image, version, layerSize(layer), zstdCompressSync(encodeLayer(layer)))
}

function readEdit(project: Project, found: unknown): Edit {
  const row = parseRow(project.db, edits, found)
  return trusted(project, `edit ${row.id}`, () => unpackEdit(row.content, row))
}

/** Edits of an image in a state, oldest first. */
function readEdits(project: Project, number: number, image: number, state: EditState): Edit[] {
  return project.db
    .prepare(
      `SELECT id, author, created, content FROM edits
       WHERE annotation = ? AND image = ? AND state = ? ORDER BY number`,
    )
    .all(number, image, state)
    .map(row => readEdit(project, row))
}

/** Everything about an image's corrections. Throws 'not-found' for an unknown image or annotation. */
export function getCorrections(project: Project, place: CorrectionPlace): CorrectionState {
  const read = (): CorrectionState => {
    const number = locate(project, place)
    const { version, layer } = readLayer(project, number, place.image)
    const edits = (state: EditState): HistoryEdit[] =>
      readEdits(project, number, place.image, state).map(one => ({ ...one, undone: state === 'undone' }))
    return { version, layer: layerToList(layer), history: [...edits('done'), ...edits('undone')] }
  }
  // One transaction, so that a concurrent reader sees layer and history of the same moment.
  return guarded(project.db.name, () => project.db.transaction(read).deferred())
}

/** How many steps of an image's corrections are saved; changes whenever its layer may have changed. */
export function correctionsVersion(project: Project, { image, annotation }: CorrectionPlace): number {
  const read = (): { version: number } | undefined =>
    project.db
      .prepare<[number, number], { version: number }>(
        'SELECT version FROM corrections WHERE annotation = ? AND image = ?',
      )
      .get(annotationNumber(annotation), image)
  return guarded(project.db.name, read)?.version ?? 0
}

/** The layer of an image; empty without corrections. Throws 'bad-project' if it is damaged. */
export const layerOf = (project: Project, { image, annotation }: CorrectionPlace): CorrectionLayer =>
  guarded(project.db.name, () => readLayer(project, annotationNumber(annotation), image).layer)

function checkVersion(asked: number, current: number): void {
  if (asked !== current)
    fail(
      'conflict',
      `the corrections are at version ${current}, but the step is based on version ${asked}; read them again`,
      { version: current, asked },
    )
}

/** An edit may set only entries with its own id; a revert may also restore entries of known edits. */
function checkSigned(
  project: Project,
  number: number,
  image: number,
  { id, operation, changes }: Edit,
): void {
  const known = new Set([id])
  const find = project.db.prepare('SELECT 1 FROM edits WHERE id = ? AND annotation = ? AND image = ?')
  for (const { after } of changes) {
    if (after === null || known.has(after.edit)) continue
    if (operation.kind !== 'revert' || !find.get(after.edit, number, image))
      fail('usage', `edit ${id} sets an entry in the name of edit ${after.edit}`, { edit: after.edit })
    known.add(after.edit)
  }
}

/**
 * Saves an edit and its changes; on disk when it returns. Undone edits can no longer be redone after that. An edit that
 * is saved already (same id) changes nothing and returns its version. `edit` is as parsed by the contract's schema;
 * `extent` is that of the label map, null if there is no map to compare with. Throws 'conflict' if `version` is not the
 * current one, a `before` does not match or the id belongs to another image; 'mismatch' if the map has no such cell or
 * class; 'not-found'.
 */
export function applyEdit(
  project: Project,
  step: CorrectionPlace & { version: number; edit: Edit; extent: MapExtent | null },
): { version: number } {
  if (step.extent) checkEditFits(step.edit, step.extent)
  return saveLogged(project, log => applyIn(project, step, log))
}

function applyIn(
  project: Project,
  step: CorrectionPlace & { version: number; edit: Edit },
  log: Log,
): { version: number } {
  const { image, edit } = step
  const number = locate(project, step)
  const known = project.db
    .prepare<[string], { annotation: number; image: number; version: number }>(
      'SELECT annotation, image, version FROM edits WHERE id = ?',
    )
    .get(edit.id)
  if (known) {
    if (known.annotation !== number || known.image !== image)
      fail('conflict', `edit ${edit.id} was saved for another image already`, { edit: edit.id })
    return { version: known.version }
  }
  const { version, layer } = readLayer(project, number, image)
  checkVersion(step.version, version)
  checkSigned(project, number, image, edit)
  const next = applyChanges(layer, edit.changes)
  const content = packEdit(edit)
  project.db
    .prepare("UPDATE edits SET state = 'dropped' WHERE annotation = ? AND image = ? AND state = 'undone'")
    .run(number, image)
  project.db
    .prepare(
      `INSERT INTO edits (id, annotation, image, author, created, state, version, content)
       VALUES (?, ?, ?, ?, ?, 'done', ?, ?)`,
    )
    .run(edit.id, number, image, edit.author, edit.created, version + 1, content)
  writeLayer(project, number, image, version + 1, next)
  const { id, author, created } = edit
  log({
    kind: 'apply',
    image: keyOf(project, image),
    annotation: step.annotation,
    version,
    edit: { id, author, created, content: content.toString('base64') },
  })
  return { version: version + 1 }
}

/** The image's name in the log, which may be read where row ids differ. */
function keyOf(project: Project, image: number): string {
  return project.db
    .prepare<[number], string>(
      "SELECT splits.name || '/' || images.path FROM images JOIN splits ON splits.id = images.split WHERE images.id = ?",
    )
    .pluck()
    .get(image)!
}

type NamedStep = CorrectionPlace & { version: number; edit: string }

/** Undoes the newest edit in force, which `edit` must name. Throws 'conflict', 'not-found'. */
export function undoEdit(project: Project, step: NamedStep): { version: number } {
  return saveLogged(project, log => move(project, step, 'undo', log))
}

/** Redoes the edit that was undone last, which `edit` must name. Throws 'conflict', 'not-found'. */
export function redoEdit(project: Project, step: NamedStep): { version: number } {
  return saveLogged(project, log => move(project, step, 'redo', log))
}

function move(project: Project, step: NamedStep, verb: 'undo' | 'redo', log: Log): { version: number } {
  const [from, to] = verb === 'undo' ? (['done', 'undone'] as const) : (['undone', 'done'] as const)
  const number = locate(project, step)
  const { version, layer } = readLayer(project, number, step.image)
  checkVersion(step.version, version)
  const row = project.db
    .prepare(
      `SELECT id, author, created, content FROM edits WHERE annotation = ? AND image = ? AND state = ?
       ORDER BY number ${verb === 'undo' ? 'DESC' : 'ASC'} LIMIT 1`,
    )
    .get(number, step.image, from)
  const next = row === undefined ? null : readEdit(project, row)
  if (next?.id !== step.edit)
    return fail('conflict', `edit ${step.edit} is not the one to ${verb} next; read the corrections again`, {
      edit: step.edit,
      next: next?.id ?? null,
    })
  const changes = verb === 'undo' ? invertChanges(next.changes) : [...next.changes]
  writeLayer(project, number, step.image, version + 1, applyChanges(layer, changes))
  project.db.prepare('UPDATE edits SET state = ? WHERE id = ?').run(to, next.id)
  log({
    kind: verb,
    image: keyOf(project, step.image),
    annotation: step.annotation,
    version,
    edit: step.edit,
  })
  return { version: version + 1 }
}

/**
 * Saves a step of a log, without logging it again; false: the database already has it. Throws 'conflict' if earlier steps
 * are missing, 'not-found' if its image or annotation is missing, and the errors of the step itself.
 */
export function replayStep(project: Project, step: LoggedEdit, edit: Edit | null): boolean {
  const { db } = project
  return transaction(db, () => {
    const slash = step.image.indexOf('/')
    const image = db
      .prepare<[string, string], number>(
        'SELECT images.id FROM images JOIN splits ON splits.id = images.split WHERE splits.name = ? AND images.path = ?',
      )
      .pluck()
      .get(step.image.slice(0, slash), step.image.slice(slash + 1))
    if (image === undefined) return fail('not-found', `the project has no image "${step.image}"`)
    const number = numberOf(project, step.annotation)
    const { version } = readLayer(project, number, image)
    if (step.version < version) return false
    const place = { image, annotation: step.annotation, version: step.version }
    if (step.kind === 'apply') applyIn(project, { ...place, edit: edit! }, () => undefined)
    else move(project, { ...place, edit: step.edit }, step.kind, () => undefined)
    return true
  })
}

/** Ids of all edits of an image, whatever their state. */
export function editIds(project: Project, place: CorrectionPlace): Set<string> {
  const read = (): string[] =>
    project.db
      .prepare<[number, number], string>('SELECT id FROM edits WHERE annotation = ? AND image = ?')
      .pluck()
      .all(locate(project, place), place.image)
  return new Set(guarded(project.db.name, read))
}

/** The images whose layer has entries, by row id; of `page`, at most so many after an image. */
export function listCorrected(
  project: Project,
  annotation: string,
  page: { after: number; most: number } = { after: 0, most: -1 },
): CorrectedImage[] {
  const number = numberOf(project, annotation)
  const rows = project.db
    .prepare(
      `SELECT image, splits.name || '/' || images.path AS key, version, entries
       FROM corrections JOIN images ON images.id = image JOIN splits ON splits.id = images.split
       WHERE annotation = ? AND entries > 0 AND image > ? ORDER BY image LIMIT ?`,
    )
    .all(number, page.after, page.most)
  return parseRows(project.db, corrected, rows)
}

/** Layers of an annotation by the images' keys, for all corrected images or some; images without a layer are left out. */
export function readLayers(
  project: Project,
  annotation: string,
  keys?: Iterable<string>,
): Map<string, CorrectionLayer> {
  const number = numberOf(project, annotation)
  const wanted = keys && new Set(keys)
  const rows = project.db
    .prepare<[number], { key: string; layer: Buffer }>(
      `SELECT splits.name || '/' || images.path AS key, layer
       FROM corrections JOIN images ON images.id = image JOIN splits ON splits.id = images.split
       WHERE annotation = ? AND entries > 0 ORDER BY image`,
    )
    .iterate(number)
  const layers = new Map<string, CorrectionLayer>()
  for (const { key, layer } of rows)
    if (!wanted || wanted.has(key)) layers.set(key, unpackLayer(project, layer, key))
  return layers
}
