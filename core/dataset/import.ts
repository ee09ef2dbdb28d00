/** Imports a folder of images into a project: finds the images, their classes, sizes and problems. */
import { join, resolve } from 'node:path'
import { fail } from '../base/error.ts'
import { hashFile, isSameStamp, type FileStamp } from '../base/files/stamp.ts'
import { addImages, addSplit, iterateImages, type NewImage } from '../project/images.ts'
import type { KnownClass } from '../contract/class-entry.ts'
import type { Project } from '../project/project.ts'
import { matchFolders } from './class-file.ts'
import { probeFile } from './probe-file.ts'
import { scanTree, type FoundFile } from './scan.ts'
import { readTruth, type Truth } from './truth-file.ts'

/** What an import found. */
export interface ImportReport {
  split: string
  dir: string
  images: number
  usable: number
  /** Images left out, with the reason. */
  problems: { path: string; reason: string }[]
  /** Usable images by class index. */
  classes: number[]
  /** Warnings that did not exclude any image. */
  warnings: string[]
}

/** What to import. */
export interface ImportOptions extends ProbeOptions {
  split: string
}

/** What to scan. */
export interface ProbeOptions {
  dir: string
  onProgress?: (done: number, total: number) => void
  /** Receives the images in the order of their paths, some hundreds at a time, as soon as they are known. */
  onRows?: (rows: NewImage[]) => void
  /** Images (paths below `dir`) that are known already: they are skipped and not among the rows. */
  known?: ReadonlySet<string>
  /** The files (by path below `dir`) of images that are in the project: one that is another now is hashed. */
  before?: ReadonlyMap<string, FileStamp | null>
  signal?: AbortSignal
}

/** The contents of a folder. */
export interface ProbedFolder {
  /** Absolute. */
  dir: string
  rows: NewImage[]
  truth: Map<string, Truth>
}

/** Headers read concurrently: enough to hide disk latency, few enough for libuv's threads. */
const inFlight = 8

/**
 * Scans an ImageFolder tree (one folder per class, named by wnid or name) without writing anything: every file's header
 * is read; what cannot be read or has no class is a row with its reason. Rejects with `not-found` for a missing folder,
 * `bad-data` if there is no image, `mismatch` if no folder is a class, `cancelled`.
 */
export async function probeImageFolder(
  classes: readonly KnownClass[],
  options: ProbeOptions,
): Promise<ProbedFolder> {
  const dir = resolve(options.dir)
  const found = await scanTree(dir)
  if (found.length === 0)
    fail('bad-data', `there are no images in ${dir}; it should have one folder of images per class`, { dir })
  const files = options.known ? found.filter(({ path }) => !options.known!.has(path)) : found
  const folders = [...new Set(found.flatMap(file => file.folder ?? []))]
  const labels = matchFolders(folders, classes)
  if (folders.length > 0 && [...labels.values()].every(label => label === null))
    fail(
      'mismatch',
      `no folder in ${dir} is named like a class (by wnid or name): ${folders.slice(0, 5).join(', ')}`,
      { dir, folders: folders.slice(0, 20) },
    )
  const truth = await readTruth(join(dir, 'truth.jsonl'), classes.length)
  return { dir, truth, rows: await probeAll(dir, files, labels, truth, options) }
}

/**
 * Imports an ImageFolder tree (one folder per class, named by wnid or name) as a split. Every file's header is read; what
 * cannot be read or has no class is kept with its reason and left out later. Images that are in the project already are
 * brought up to date: one that could not be used comes back, and a file that changed is known to have. Rejects with
 * `not-found` for a missing folder, `bad-data` if no image can be used, `mismatch` if no folder is a class,
 * `cancelled`.
 */
export async function importImageFolder(project: Project, options: ImportOptions): Promise<ImportReport> {
  const before = options.before ?? stampsOf(project, options.split)
  const { dir, rows, truth } = await probeImageFolder(project.classes, { ...options, before })
  const problems = rows.flatMap(row => (row.problem ? [{ path: row.path, reason: row.problem }] : []))
  if (problems.length === rows.length)
    fail('bad-data', `there are no usable images in ${dir}; the first problem: ${problems[0]?.reason}`, {
      dir,
      problems: problems.slice(0, 20),
    })
  addSplit(project, options.split, dir)
  addImages(project, options.split, rows)

  const classes = new Array<number>(project.classes.length).fill(0)
  for (const row of rows)
    if (!row.problem && row.label !== null) classes[row.label] = (classes[row.label] ?? 0) + 1
  return {
    split: options.split,
    dir,
    images: rows.length,
    usable: rows.length - problems.length,
    problems,
    classes,
    warnings: warningsOf(rows, truth, classes, dir),
  }
}

/** Rows are reported in batches of this size. */
const rowsAtOnce = 500

async function probeAll(
  dir: string,
  files: readonly FoundFile[],
  labels: Map<string, number | null>,
  truth: Map<string, Truth>,
  options: ProbeOptions,
): Promise<NewImage[]> {
  const rows = new Array<NewImage>(files.length)
  let next = 0
  let done = 0
  let told = 0
  /** Reports the rows after the last reported one, up to the first gap. */
  const tell = (least: number): void => {
    let end = told
    while (end < rows.length && rows[end]) end++
    if (end - told < least) return
    options.onRows?.(rows.slice(told, end))
    told = end
  }
  const work = async (): Promise<void> => {
    while (next < files.length) {
      if (options.signal?.aborted) fail('cancelled', 'the import was stopped; nothing was added')
      const index = next++
      const file = files[index]
      if (!file) return
      const row = await probeOne(dir, file, labels)
      rows[index] = { ...row, ...truth.get(file.path), ...(await hashIfOther(dir, row, options)) }
      done++
      if (options.onRows && done % rowsAtOnce === 0) tell(rowsAtOnce / 2)
      options.onProgress?.(done, files.length)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  tell(1)
  return rows
}

async function probeOne(dir: string, file: FoundFile, labels: Map<string, number | null>): Promise<NewImage> {
  const { path, folder } = file
  const none = { path, label: null, width: 0, height: 0 }
  if (folder === null) return { ...none, problem: "the file lies in no class's folder" }
  const label = labels.get(folder) ?? null
  if (label === null) return { ...none, problem: `the folder "${folder}" is named like no class` }
  return { ...none, label, ...(await probeFile(join(dir, path))) }
}

/** Where its file is another one than the project knows, the hash tells later what was made of the one before. */
async function hashIfOther(
  dir: string,
  { path, stamp = null, problem }: NewImage,
  { before }: ProbeOptions,
): Promise<Pick<NewImage, 'stamp' | 'sha256'>> {
  const known = before?.get(path)
  if (known === undefined || problem || !stamp || isSameStamp(known, stamp)) return {}
  return (await hashFile(join(dir, path))) ?? { stamp: null, sha256: null }
}

/** The files of a split's images as they were last looked at, by path; none where there is no such split yet. */
export function stampsOf(project: Project, split: string): Map<string, FileStamp | null> {
  const stamps = new Map<string, FileStamp | null>()
  for (const { path, stamp } of iterateImages(project, { split })) stamps.set(path, stamp)
  return stamps
}

function warningsOf(
  rows: readonly NewImage[],
  truth: Map<string, Truth>,
  classes: readonly number[],
  dir: string,
): string[] {
  const warnings: string[] = []
  const used = classes.filter(count => count > 0).length
  if (used === 1)
    warnings.push(
      'all images are of one class: they can be annotated, but a student cannot be trained on them',
    )
  const known = new Set(rows.map(row => row.path))
  const missing = [...truth.keys()].filter(path => !known.has(path))
  if (missing.length > 0)
    warnings.push(`truth.jsonl names ${missing.length} images that are not in ${dir} (${missing[0]}, …)`)
  return warnings
}
