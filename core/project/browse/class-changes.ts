/** What browsing derives from the classes, brought up to date after they were merged, separated or matched anew. */
import type { Db } from '../database/connection.ts'
import { annotationIdOf } from '../../contract/ids.ts'
import { readMeta, writeMeta } from '../recovery/log.ts'
import type { Project } from '../database/handle.ts'
import { changed, readState } from './browse-state.ts'

const unmeasured = 'top = -1, confidence = -1, score = -1, bits = (bits & ~8064) | 128 | 1024'

/**
 * Gives the images of the classes `moved` the label that these stand for now, and drops the measures of those, and of all
 * images that a class of `led` leads. Call it in the transaction that writes the classes. Returns the numbers of the
 * annotations that lost measures.
 */
export function regroupImages(db: Db, moved: readonly number[], led: readonly number[]): number[] {
  const [labels, tops] = [JSON.stringify(moved), JSON.stringify(led)]
  const own = 'SELECT id FROM images WHERE label IN (SELECT value FROM json_each(?))'
  const chosen = `top IN (SELECT value FROM json_each(?)) OR image IN (${own})`
  db.prepare(
    `UPDATE browse SET label = (SELECT label FROM images WHERE images.id = browse.image) WHERE image IN (${own})`,
  ).run(labels)
  const annotations = db
    .prepare<[string, string], number>(`SELECT DISTINCT annotation FROM facts WHERE ${chosen}`)
    .pluck()
    .all(tops, labels)
  db.prepare(`DELETE FROM facts WHERE ${chosen}`).run(tops, labels)
  db.prepare(`UPDATE browse SET ${unmeasured} WHERE ${chosen}`).run(tops, labels)
  changed(db)
  return annotations
}

/** Drops all measures of an annotation. Call it in the transaction that writes the classes. */
export function forgetMeasuresOf(db: Db, annotation: number): void {
  db.prepare('DELETE FROM facts WHERE annotation = ?').run(annotation)
  if (readState(db).annotation === annotation) db.exec(`UPDATE browse SET ${unmeasured} WHERE top <> -1`)
  changed(db)
}

const noted = 'remeasure'

/** Annotations that lost measures when classes changed, and have not been measured since. */
export function annotationsToMeasure({ db }: Pick<Project, 'db'>): string[] {
  return (readMeta(db, noted) ?? '').split(',').filter(Boolean)
}

/** Notes annotations by number, for whoever measures next. Call it in the transaction that drops the measures. */
export function noteToMeasure(db: Db, numbers: Iterable<number>): void {
  const all = new Set([...annotationsToMeasure({ db }), ...[...numbers].map(annotationIdOf)])
  if (all.size > 0) writeMeta(db, noted, [...all].join(','))
}

/** An annotation has been measured again. */
export function measuredAgain({ db }: Pick<Project, 'db'>, annotation: string): void {
  const left = annotationsToMeasure({ db })
  if (left.includes(annotation)) writeMeta(db, noted, left.filter(one => one !== annotation).join(','))
}
