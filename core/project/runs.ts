/** The runs of a project: one training each, with its configuration, snapshot and metrics. */
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { runStatus, type RunStatus } from '../contract/api/training.ts'
import { runIdOf, runNumber } from '../contract/ids.ts'
import { runMetrics, type RunMetrics } from '../contract/run-metrics.ts'
import { transaction } from './database/connection.ts'
import { makeInProject, runFolder } from './database/entries.ts'
import type { Project } from './database/handle.ts'
import { json, parseRow, parseRows, type Table } from './database/rows.ts'

/** One run. */
export interface RunRow {
  id: string
  /** Absolute: the folder of its configuration, metrics, checkpoints and models. */
  dir: string
  kind: 'train'
  status: RunStatus
  /** ISO 8601, UTC. */
  created: string
  config: unknown
  /** Id of the snapshot it was trained on. */
  snapshot: string
  /** The latest metrics, or null. */
  metrics: RunMetrics | null
}

const stored = z.object({
  number: z.int().min(1),
  kind: z.literal('train'),
  status: runStatus,
  created: z.string(),
  config: json,
  snapshot: z.string(),
  metrics: json.pipe(runMetrics.nullable()).nullable(),
})
const table: Table<z.infer<typeof stored>> = { name: 'runs', key: 'number', row: stored }

const head = z.object({ id: z.string(), annotation: z.string().nullable(), images: z.int().min(0) })
const heads: Table<z.infer<typeof head>> = { name: 'snapshots', key: 'id', row: head }

const columns = 'number, kind, status, created, config, snapshot, metrics'

/** Adds a run in state `running` and makes its folder. `snapshot` must exist. */
export function addRun(
  project: Project,
  info: { kind: 'train'; config: unknown; snapshot: string },
): { id: string; dir: string } {
  return transaction(project.db, () => {
    if (!project.db.prepare('SELECT 1 FROM snapshots WHERE id = ?').get(info.snapshot))
      fail('not-found', `the project has no snapshot "${info.snapshot}"`)
    const { lastInsertRowid } = project.db
      .prepare('INSERT INTO runs (kind, status, created, config, snapshot) VALUES (?, ?, ?, ?, ?)')
      .run(info.kind, 'running', new Date().toISOString(), JSON.stringify(info.config ?? null), info.snapshot)
    const id = runIdOf(lastInsertRowid)
    return { id, dir: makeInProject(project, runFolder(project, id)) }
  })
}

function rowOf(project: Project, { number, ...row }: z.infer<typeof stored>): RunRow {
  const id = runIdOf(number)
  return { id, dir: runFolder(project, id), ...row }
}

/** Changes state or metrics; omitted fields stay. */
export function updateRun(
  project: Project,
  id: string,
  change: { status?: RunStatus; metrics?: unknown },
): void {
  transaction(project.db, () => {
    const { changes } = project.db
      .prepare(
        'UPDATE runs SET status = coalesce(?, status), metrics = coalesce(?, metrics) WHERE number = ?',
      )
      .run(
        change.status ?? null,
        change.metrics === undefined ? null : JSON.stringify(change.metrics),
        runNumber(id),
      )
    if (changes === 0) fail('not-found', `the project has no run "${id}"`, { id })
  })
}

/** All runs that can be read, newest last. */
export function listRuns(project: Project): RunRow[] {
  const rows = project.db.prepare(`SELECT ${columns} FROM runs ORDER BY number`).all()
  return parseRows(project.db, table, rows).map(row => rowOf(project, row))
}

/** One run; fails with `not-found`, naming those there are, or `bad-project` for a bad row. */
export function getRun(project: Project, id: string): RunRow {
  const row = project.db.prepare(`SELECT ${columns} FROM runs WHERE number = ?`).get(runNumber(id))
  if (row !== undefined) return rowOf(project, parseRow(project.db, table, row))
  const names = listRuns(project).map(run => run.id)
  return fail('not-found', `the project has no run "${id}"; it has ${names.join(', ') || 'none yet'}`, { id })
}

/** The annotation and the number of images behind each snapshot, without reading its content. */
export function snapshotHeads(project: Project): Map<string, { annotation: string | null; images: number }> {
  const rows = parseRows(
    project.db,
    heads,
    project.db.prepare('SELECT id, annotation, images FROM snapshots').all(),
  )
  return new Map(rows.map(({ id, annotation, images }) => [id, { annotation, images }]))
}
