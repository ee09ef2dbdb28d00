/** The annotations of a project: one annotator's label maps over a split, each in its own folder. */
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { annotationStatus, type AnnotationStatus } from '../contract/api/project.ts'
import { annotationIdOf, annotationNumber } from '../contract/ids.ts'
import { transaction } from './database/connection.ts'
import { annotationFolder, makeInProject } from './database/entries.ts'
import type { Project } from './database/handle.ts'
import { json, parseRow, parseRows, type Table } from './database/rows.ts'

/** One annotation. */
export interface AnnotationRow {
  id: string
  /** Absolute: the folder of its shards. */
  dir: string
  status: AnnotationStatus
  /** ISO 8601, UTC. */
  created: string
  /** Its request: an unfinished annotation with an equal `config` is continued. */
  config: unknown
  /** Provenance as far as the project knows it; the folder of the label maps has the full manifest. */
  manifest: unknown
  /** 97th percentile of the leading logits of all its cells; null: not measured yet. */
  sure: number | null
}

const stored = z.object({
  number: z.int().min(1),
  status: annotationStatus,
  created: z.string(),
  config: json,
  manifest: json,
  sure: z.number().nullable(),
})
const table: Table<z.infer<typeof stored>> = { name: 'annotations', key: 'number', row: stored }

const columns = 'number, status, created, config, manifest, sure'

/** Adds an annotation in state `running` and makes its folder. */
export function addAnnotation(
  project: Project,
  info: { config: unknown; manifest?: unknown; created?: string },
): { id: string; dir: string } {
  return transaction(project.db, () => {
    const { lastInsertRowid } = project.db
      .prepare('INSERT INTO annotations (status, created, config, manifest) VALUES (?, ?, ?, ?)')
      .run(
        'running',
        info.created ?? new Date().toISOString(),
        JSON.stringify(info.config ?? null),
        JSON.stringify(info.manifest ?? null),
      )
    const id = annotationIdOf(lastInsertRowid)
    return { id, dir: makeInProject(project, annotationFolder(project, id)) }
  })
}

function rowOf(project: Project, { number, ...row }: z.infer<typeof stored>): AnnotationRow {
  const id = annotationIdOf(number)
  return { id, dir: annotationFolder(project, id), ...row }
}

/** All annotations that can be read, newest last. */
export function listAnnotations(project: Project): AnnotationRow[] {
  const rows = project.db.prepare(`SELECT ${columns} FROM annotations ORDER BY number`).all()
  return parseRows(project.db, table, rows).map(row => rowOf(project, row))
}

/**
 * The annotation with an id; by default the newest finished one. Fails with `not-found`, or `bad-project` for a bad
 * row.
 */
export function getAnnotation(project: Project, id?: string): AnnotationRow {
  if (id !== undefined) {
    const row = project.db
      .prepare(`SELECT ${columns} FROM annotations WHERE number = ?`)
      .get(annotationNumber(id))
    if (row !== undefined) return rowOf(project, parseRow(project.db, table, row))
  }
  const all = listAnnotations(project)
  const found = id === undefined ? all.findLast(row => row.status === 'done') : all.find(row => row.id === id)
  if (found) return found
  const names = all.map(row => `${row.id} (${row.status})`).join(', ') || 'none'
  return id === undefined
    ? fail('not-found', `the project has no finished annotation (${names}); make one with "relabel annotate"`)
    : fail('not-found', `the project has no annotation "${id}"; it has: ${names}`, { id })
}

/** Changes state or manifest. */
export function updateAnnotation(
  project: Project,
  id: string,
  change: { status?: AnnotationStatus; manifest?: unknown },
): void {
  transaction(project.db, () => {
    const { changes } = project.db
      .prepare(
        'UPDATE annotations SET status = coalesce(?, status), manifest = coalesce(?, manifest) WHERE number = ?',
      )
      .run(
        change.status ?? null,
        change.manifest === undefined ? null : JSON.stringify(change.manifest),
        annotationNumber(id),
      )
    if (changes === 0) fail('not-found', `the project has no annotation "${id}"`, { id })
  })
}

/** Keeps what the measuring job found, or null to have it measured again. Fails with `not-found`. */
export function writeSure(project: Project, id: string, sure: number | null): void {
  transaction(project.db, () => {
    const { changes } = project.db
      .prepare('UPDATE annotations SET sure = ? WHERE number = ?')
      .run(sure, annotationNumber(id))
    if (changes === 0) fail('not-found', `the project has no annotation "${id}"`, { id })
  })
}
