/** Stores measures of label maps, and switches the annotation whose measures are browsed. */
import { fail } from '../../base/error.ts'
import { annotationIdOf, annotationNumber } from '../../contract/ids.ts'
import type { MapMeasures } from '../../pooling/measures.ts'
import { reviewScore } from '../../labelmap/review-score.ts'
import { rootLabel } from '../database/classes.ts'
import { guarded, transaction, type Db } from '../database/connection.ts'
import type { Project } from '../database/handle.ts'
import { beginSwitch, finishSwitch } from './switch-annotation.ts'
import { changed, readState } from './browse-state.ts'

/** Measures of an image's label map in the project's classes. */
export interface MeasuresRow extends MapMeasures {
  /** Id of the image. */
  image: number
  /** The label that `listed` tells of; where the image has another one by now, that is not known. */
  label?: number | null
}

interface StoredMeasures extends Omit<MeasuresRow, 'listed' | 'image' | 'label'> {
  annotation: number
  /** The stored score; null: not stored yet. */
  disputed: number | null
  listed: number | null
}

/** Fails with `not-found`. */
function requireNumber(db: Db, id: string): number {
  const number = annotationNumber(id)
  if (!db.prepare('SELECT 1 FROM annotations WHERE number = ?').get(number))
    fail('not-found', `the project has no annotation "${id}"`, { id })
  return number
}

/** The annotation whose measures and corrections are browsed; null: none yet. */
export function browsedAnnotation(project: Project): string | null {
  return guarded(project.db.name, () => {
    const { annotation } = readState(project.db)
    return annotation === null ? null : annotationIdOf(annotation)
  })
}

/**
 * Switches to another annotation's measures and corrections. It becomes the browsed one at once; its measures follow in
 * slices of about 20 ms (see switch-annotation.ts), with `told` called after each, and are complete when the promise
 * resolves. Switching again meanwhile turns to the newest; closing the project stops, and `finishAnnotation` goes on
 * later. Rejects with `not-found`.
 */
export async function useAnnotation(project: Project, id: string, told?: () => void): Promise<void> {
  transaction(project.db, () => {
    const number = requireNumber(project.db, id)
    if (readState(project.db).annotation !== number) beginSwitch(project.db, number)
  })
  await finishSwitch(project, told)
}

/** Completes a switch that was interrupted when the program ended; usually does nothing. */
export async function finishAnnotation(project: Project, told?: () => void): Promise<void> {
  if (!project.readonly && readState(project.db).filled !== null) await finishSwitch(project, told)
}

/** Images of an annotation whose measures are known. */
export function measuredCount(project: Project, id: string): number {
  return guarded(project.db.name, () => {
    const number = requireNumber(project.db, id)
    return project.db
      .prepare<[number], number>('SELECT count(*) FROM facts WHERE annotation = ?')
      .pluck()
      .get(number)!
  })
}

const share = (value: number, name: string, image: number): number =>
  value >= 0 && value <= 1
    ? value
    : fail('usage', `the ${name} of image ${image} is ${value}; it must lie in 0…1`)

/**
 * Stores a batch of measures in one transaction. Replaces earlier measures of the images, and updates other annotations
 * with the new strongest class. Pass a few thousand rows per call.
 */
export function writeMeasures(project: Project, id: string, rows: readonly MeasuresRow[]): void {
  const { db } = project
  transaction(db, () => {
    const number = requireNumber(db, id)
    const current = readState(db).annotation
    const others = db
      .prepare<[number], number>(
        'SELECT number FROM annotations WHERE number <> ? AND EXISTS (SELECT 1 FROM facts WHERE annotation = number)',
      )
      .pluck()
      .all(number)
    const labelOf = db
      .prepare<[number], number | null>(`SELECT ${rootLabel} FROM images WHERE id = ?`)
      .pluck()
    const store = db.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
    const known = db.prepare<[number, number], StoredMeasures>(
      'SELECT annotation, top, confidence, margin, entropy, listed, disputed FROM facts WHERE annotation = ? AND image = ?',
    )
    const show = db.prepare(
      `UPDATE browse SET top = ?, confidence = ?, score = ?, bits = (bits & ~8064) | ? WHERE image = ?`,
    )
    for (const row of rows) {
      const label = labelOf.get(row.image)
      if (label === undefined) fail('not-found', `the project has no image with the id ${row.image}`)
      const all: StoredMeasures[] = [
        {
          annotation: number,
          disputed: null,
          top: row.top,
          confidence: share(row.confidence, 'confidence', row.image),
          margin: share(row.margin, 'margin', row.image),
          entropy: share(row.entropy, 'entropy', row.image),
          listed: row.listed === null || isOutdated(row, label) ? null : Number(row.listed),
        },
      ]
      for (const other of others) all.push(...(known.all(other, row.image) as StoredMeasures[]))
      for (const facts of all) {
        const { annotation, top, confidence, margin, entropy } = facts
        const disputed = all.length < 2 ? 0 : all.filter(one => one.top !== top).length / (all.length - 1)
        if (facts.disputed === disputed) continue // nothing else in another annotation can have changed
        const listed = facts.listed === null ? null : facts.listed === 1
        const score = reviewScore({ label, top, margin, entropy, listed, disputed })
        store.run(annotation, row.image, top, confidence, margin, entropy, facts.listed, disputed, score)
        if (annotation === current)
          show.run(top, confidence, score, measureBits(label, top, listed), row.image)
      }
    }
    changed(db)
  })
}

const isOutdated = (row: MeasuresRow, label: number | null): boolean =>
  row.label !== undefined && row.label !== label

/** Drops measures of images whose label map is of an earlier file; the next scoring makes them again. */
export function forgetMeasures(project: Project, id: string, images: readonly number[]): void {
  if (images.length === 0) return
  const { db } = project
  transaction(db, () => {
    const number = requireNumber(db, id)
    const isShown = readState(db).annotation === number
    const drop = db.prepare('DELETE FROM facts WHERE annotation = ? AND image = ?')
    const hide = db.prepare(
      'UPDATE browse SET top = -1, confidence = -1, score = -1, bits = (bits & ~8064) | 128 | 1024 WHERE image = ?',
    )
    for (const image of images) {
      drop.run(number, image)
      if (isShown) hide.run(image)
    }
    changed(db)
  })
}

const measureBits = (label: number | null, top: number, listed: boolean | null): number =>
  (label === null ? 128 : label === top ? 256 : 512) | (listed === null ? 1024 : listed ? 4096 : 2048)
