/** The annotations of a project: one annotator's label maps over a split, each in its own folder. */
import { fail } from '../base/error.ts'
import { transaction } from './database/connection.ts'
import { annotationFolder, makeInProject } from './database/entries.ts'
import type { Project } from './database/handle.ts'

/** One annotation. */
export interface AnnotationRow {
  id: string
  /** Absolute: the folder of its shards. */
  dir: string
  status: 'running' | 'done'
  /** ISO 8601, UTC. */
  created: string
  /** What it was asked to do: an unfinished annotation with an equal `config` is continued. */
  config: unknown
  /** Provenance as far as it is known to the project; the label maps' folder has the whole of it. */
  manifest: unknown
}

interface StoredAnnotation {
  number: number
  status: string
  created: string
  config: string
  manifest: string
}

const columns = 'number, status, created, config, manifest'

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
    const id = `a${lastInsertRowid}`
    return { id, dir: makeInProject(project, annotationFolder(project, id)) }
  })
}

function rowOf(project: Project, row: StoredAnnotation): AnnotationRow {
  const id = `a${row.number}`
  return {
    id,
    dir: annotationFolder(project, id),
    status: row.status === 'done' ? 'done' : 'running',
    created: row.created,
    config: JSON.parse(row.config),
    manifest: JSON.parse(row.manifest),
  }
}

/** All annotations, newest last. */
export function listAnnotations(project: Project): AnnotationRow[] {
  return project.db
    .prepare<[], StoredAnnotation>(`SELECT ${columns} FROM annotations ORDER BY number`)
    .all()
    .map(row => rowOf(project, row))
}

/** The annotation of an id; without one the newest that is done. Fails with `not-found`. */
export function getAnnotation(project: Project, id?: string): AnnotationRow {
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
  change: { status?: 'running' | 'done'; manifest?: unknown },
): void {
  transaction(project.db, () => {
    const { changes } = project.db
      .prepare(
        'UPDATE annotations SET status = coalesce(?, status), manifest = coalesce(?, manifest) WHERE number = ?',
      )
      .run(
        change.status ?? null,
        change.manifest === undefined ? null : JSON.stringify(change.manifest),
        Number(/^a(\d+)$/.exec(id)?.[1] ?? -1),
      )
    if (changes === 0) fail('not-found', `the project has no annotation "${id}"`, { id })
  })
}
