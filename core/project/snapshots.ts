/** Snapshots: the immutable list of images, labels and annotation that a run used, named by the hash of its content. */
import { createHash } from 'node:crypto'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { fail } from '../base/error.ts'
import { getAnnotation } from './annotations.ts'
import { asProjectError, transaction } from './database.ts'
import { iterateImages, requireSplit } from './images.ts'
import type { ClassEntry, Project } from './project.ts'

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
  classes: ClassEntry[]
  /** Usable images only, by split in the given order, then by id. */
  images: SnapshotImage[]
}

/** Decompressed content is refused beyond this, whatever a foreign project says. */
const maxBytes = 2 ** 29

/**
 * Stores the usable images of some splits and the annotation; returns the snapshot's id, 32 hexadecimal digits of the
 * SHA-256 of its content, so that equal content has one id and is stored once.
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
  const head = { format: 1, splits: options.splits, annotation, classes: project.classes }
  const lines = [JSON.stringify(head)]
  for (const split of options.splits)
    for (const image of iterateImages(project, { split, usable: true }))
      lines.push(
        JSON.stringify(image.truth ? [image.key, image.label, image.truth] : [image.key, image.label]),
      )
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
  const head = JSON.parse(first ?? '') as {
    splits: string[]
    annotation: { id: string } | null
    classes: ClassEntry[]
  }
  return {
    id,
    splits: head.splits,
    annotation: head.annotation?.id ?? null,
    classes: head.classes,
    images: lines.map(line => {
      const [key, label, truth] = JSON.parse(line) as [string, number | null, number[]?]
      return { key, label, truth: truth ?? null }
    }),
  }
}
