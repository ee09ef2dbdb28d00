/** Summary of a snapshot for lists: its splits and counts, without reading its images. */
import { zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { asProjectError } from './database/connection.ts'
import type { Project } from './database/handle.ts'
import { originalLabels } from './labels/history.ts'
import { json } from './database/rows.ts'

/** A snapshot's splits and counts. */
export interface SnapshotFacts {
  splits: string[]
  annotation: string | null
  /** Usable images. */
  images: number
  /** Usable images with corrections. */
  corrected: number
  /** Usable images whose label was another one than they came with. */
  changed: number
}

const headSchema = z.object({ format: z.int(), splits: z.array(z.string()) })

/** Limit of decompressed content, for projects of unknown origin. */
const maxBytes = 2 ** 29

/** Snapshots never change, so each is read once. */
const known = new WeakMap<Project['db'], Map<string, SnapshotFacts>>()

/**
 * The facts of a snapshot. The counts of images come from its row; corrected images are counted by how their lines end,
 * so that only the first line is parsed. Fails with `not-found`, or `bad-project` if the content is damaged.
 */
export function snapshotFacts(project: Project, id: string): SnapshotFacts {
  const facts = known.get(project.db) ?? new Map<string, SnapshotFacts>()
  known.set(project.db, facts)
  const found = facts.get(id) ?? readFacts(project, id)
  facts.set(id, found)
  return found
}

function readFacts(project: Project, id: string): SnapshotFacts {
  const row = project.db
    .prepare<[string], { annotation: string | null; images: number; content: Buffer }>(
      'SELECT annotation, images, content FROM snapshots WHERE id = ?',
    )
    .get(id)
  if (!row) return fail('not-found', `the project has no snapshot "${id}"`, { id })
  try {
    const content = zstdDecompressSync(row.content, { maxOutputLength: maxBytes })
    const newline = content.indexOf('\n')
    const first = newline < 0 ? content : content.subarray(0, newline)
    const head = json.pipe(headSchema).parse(first.toString())
    return {
      splits: head.splits,
      annotation: row.annotation,
      images: row.images,
      corrected: head.format < 2 ? 0 : countCorrected(content),
      changed: countChanged(project, content),
    }
  } catch (error) {
    throw asProjectError(error, `${project.db.name}: snapshot ${id}`)
  }
}

/** Lines are parsed only where some image of the project has another label than it came with. */
function countChanged(project: Project, content: Buffer): number {
  const originals = originalLabels(project)
  if (originals.size === 0) return 0
  let count = 0
  for (const line of content.toString().split('\n').slice(1)) {
    const [key, label] = JSON.parse(line) as [string, number | null]
    const original = originals.get(key)
    if (original !== undefined && original !== label) count++
  }
  return count
}

/** Only the line of a corrected image ends with a string, its layer; a newline within a string is written as `\n`. */
function countCorrected(content: Buffer): number {
  let count = content.toString('latin1', content.length - 2) === '"]' ? 1 : 0
  for (let at = content.indexOf('"]\n'); at >= 0; at = content.indexOf('"]\n', at + 3)) count++
  return count
}
