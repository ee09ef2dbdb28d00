/** Snapshots: the immutable list of images, labels, annotation and corrections that a run used, named by their hash. */
import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { fail } from '../base/error.ts'
import { decodeLayer, encodeLayer } from '../labelmap/corrections/index.ts'
import type { CorrectionLayer } from '../labelmap/corrections/index.ts'
import { getAnnotation } from './annotations.ts'
import { readLayers } from './corrections/store.ts'
import { asProjectError, transaction } from './database/connection.ts'
import { iterateImages, requireSplit } from './images.ts'
import { knownClass, type KnownClass } from '../contract/class-entry.ts'
import type { Project } from './database/handle.ts'
import { json, rowError } from './database/rows.ts'

/** An image as a run saw it. */
export interface SnapshotImage {
  key: string
  label: number | null
  truth: number[] | null
}

/** What a snapshot holds. */
export interface Snapshot {
  id: string
  splits: string[]
  annotation: string | null
  classes: KnownClass[]
  /** Usable images only, by split in the given order, then by id. */
  images: SnapshotImage[]
  /** By key: the layers over the annotation's maps, for corrected images only. */
  corrections: Map<string, CorrectionLayer>
}

/** A line of content: `[key, label]`, `[key, label, truth]`, or, of a corrected image, `[key, label, truth, layer]`. */
type Line = [key: string, label: number | null, truth?: number[] | null, layer?: string]

/** Limit of decompressed content, for projects of unknown origin. */
const maxBytes = 2 ** 29

/**
 * Stores the usable images of some splits, the annotation and its corrections as they are now; returns the snapshot's id,
 * 32 hexadecimal digits of the SHA-256 of its content, so that equal content has one id and is stored once. Content
 * without corrections has format 1 and so the id that it had before there were any; with corrections it has format 2.
 */
export function createSnapshot(
  project: Project,
  options: { splits: string[]; annotation: string | null },
): string {
  for (const split of options.splits) requireSplit(project, split)
  const annotation =
    options.annotation === null
      ? null
      : { id: options.annotation, ...pick(getAnnotation(project, options.annotation)) }
  const layers: Map<string, CorrectionLayer> =
    options.annotation === null ? new Map() : readLayers(project, options.annotation)
  const lines: string[] = []
  let format = 1
  for (const split of options.splits)
    for (const { key, label, truth } of iterateImages(project, { split, usable: true })) {
      const layer = layers.get(key)
      if (layer) format = 2
      const line: Line = layer
        ? [key, label, truth, Buffer.from(encodeLayer(layer)).toString('base64')]
        : truth
          ? [key, label, truth]
          : [key, label]
      lines.push(JSON.stringify(line))
    }
  const head = { format, splits: options.splits, annotation, classes: project.classes }
  lines.unshift(JSON.stringify(head))
  const content = Buffer.from(lines.join('\n'))
  const id = createHash('sha256').update(content).digest('hex').slice(0, 32)
  transaction(project.db, () => {
    project.db
      .prepare(
        'INSERT OR IGNORE INTO snapshots (id, created, annotation, images, content) VALUES (?, ?, ?, ?, ?)',
      )
      .run(id, new Date().toISOString(), options.annotation, lines.length - 1, zstdCompressSync(content))
  })
  return id
}

const pick = (row: { created: string; config: unknown }): object => ({
  created: row.created,
  config: row.config,
})

const headSchema = z.object({
  format: z.int().min(1),
  splits: z.array(z.string()),
  annotation: z.object({ id: z.string() }).nullable(),
  classes: z.array(knownClass),
})

/** The content matches its hash, but may still be malformed if somebody else made the project. */
function readHead(project: Project, id: string, line: string): z.infer<typeof headSchema> {
  const head = json.pipe(headSchema).safeParse(line)
  if (!head.success)
    throw rowError(project.db, 'snapshots', id, 'content', 'does not begin as a snapshot does')
  if (head.data.format > 2)
    fail(
      'bad-project',
      `snapshot ${id} has format ${head.data.format}, this program supports 2; update the program`,
    )
  return head.data
}

/** There may be a million lines, so they are parsed by hand and not with a schema. */
function readLine(project: Project, id: string, text: string): Line {
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch {
    line = null
  }
  if (isLine(line)) return line
  throw rowError(project.db, 'snapshots', id, 'content', 'holds a line that is not an image')
}

function isLine(line: unknown): line is Line {
  if (!Array.isArray(line)) return false
  const [key, label, truth, layer] = line as unknown[]
  return (
    typeof key === 'string' &&
    (label === null || Number.isSafeInteger(label)) &&
    (truth === undefined || truth === null || (Array.isArray(truth) && truth.every(Number.isSafeInteger))) &&
    (layer === undefined || typeof layer === 'string')
  )
}

/** Reads a snapshot back and checks it against its id. */
export function readSnapshot(project: Project, id: string): Snapshot {
  const row = project.db
    .prepare<[string], { content: Buffer }>('SELECT content FROM snapshots WHERE id = ?')
    .get(id)
  if (!row) return fail('not-found', `the project has no snapshot "${id}"`, { id })
  let content: Buffer
  try {
    content = zstdDecompressSync(row.content, { maxOutputLength: maxBytes })
  } catch (error) {
    throw asProjectError(error, `${project.db.name}: snapshot ${id}`)
  }
  if (createHash('sha256').update(content).digest('hex').slice(0, 32) !== id)
    fail('bad-project', `snapshot ${id} in ${project.db.name} is damaged: its content does not match its id`)
  const [first, ...lines] = content.toString().split('\n')
  const head = readHead(project, id, first ?? '')
  const corrections = new Map<string, CorrectionLayer>()
  return {
    id,
    splits: head.splits,
    annotation: head.annotation?.id ?? null,
    classes: head.classes,
    images: lines.map(line => {
      const [key, label, truth, layer] = readLine(project, id, line)
      if (layer !== undefined) corrections.set(key, decodeLayer(Buffer.from(layer, 'base64')))
      return { key, label, truth: truth ?? null }
    }),
    corrections,
  }
}
