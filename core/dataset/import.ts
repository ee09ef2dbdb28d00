/** Bringing a folder of images into a project: what is there, which class it has, how large it is, what is wrong with it. */
import { join, resolve } from 'node:path'
import { fail, messageOf, RelabelError } from '../base/error.ts'
import { probeImage } from '../image/decode.ts'
import { addImages, addSplit, type NewImage } from '../project/images.ts'
import type { Project } from '../project/project.ts'
import { matchFolders } from './class-file.ts'
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
  /** Things to know that left no image out. */
  warnings: string[]
}

/** What to import. */
export interface ImportOptions {
  split: string
  dir: string
  onProgress?: (done: number, total: number) => void
  signal?: AbortSignal
}

/** Headers read at the same time: enough to hide the disk, few enough to stay within libuv's threads. */
const inFlight = 8

/**
 * Imports an ImageFolder tree (one folder a class, named by wnid or name) as a split. Every file's header is read; what
 * cannot be read or has no class is kept with its reason and left out later. Rejects with `not-found` for a missing
 * folder, `bad-data` where no image can be used, `mismatch` where no folder is a class, `cancelled`.
 */
export async function importImageFolder(project: Project, options: ImportOptions): Promise<ImportReport> {
  const dir = resolve(options.dir)
  const files = await scanTree(dir)
  if (files.length === 0)
    fail('bad-data', `there are no images in ${dir}; it should have one folder of images a class`, { dir })
  const folders = [...new Set(files.flatMap(file => file.folder ?? []))]
  const labels = matchFolders(folders, project.classes)
  if (folders.length > 0 && [...labels.values()].every(label => label === null))
    fail(
      'mismatch',
      `no folder in ${dir} is named like a class (by wnid or name): ${folders.slice(0, 5).join(', ')}`,
      { dir, folders: folders.slice(0, 20) },
    )
  const truth = await readTruth(join(dir, 'truth.jsonl'), project.classes.length)
  const rows = await probeAll(dir, files, labels, truth, options)
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

async function probeAll(
  dir: string,
  files: readonly FoundFile[],
  labels: Map<string, number | null>,
  truth: Map<string, Truth>,
  options: ImportOptions,
): Promise<NewImage[]> {
  const rows = new Array<NewImage>(files.length)
  let next = 0
  let done = 0
  const work = async (): Promise<void> => {
    while (next < files.length) {
      if (options.signal?.aborted) fail('cancelled', 'the import was stopped; nothing was added')
      const index = next++
      const file = files[index]
      if (!file) return
      rows[index] = { ...(await probeOne(dir, file, labels)), ...truth.get(file.path) }
      done++
      options.onProgress?.(done, files.length)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  return rows
}

async function probeOne(dir: string, file: FoundFile, labels: Map<string, number | null>): Promise<NewImage> {
  const { path, folder } = file
  const none = { path, label: null, width: 0, height: 0 }
  if (folder === null) return { ...none, problem: "the file lies in no class's folder" }
  const label = labels.get(folder) ?? null
  if (label === null) return { ...none, problem: `the folder "${folder}" is named like no class` }
  try {
    const { width, height } = await probeImage(join(dir, path))
    return { path, label, width, height }
  } catch (error) {
    const reason = error instanceof RelabelError ? error.detail['reason'] : undefined
    return { ...none, label, problem: typeof reason === 'string' ? reason : messageOf(error) }
  }
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
