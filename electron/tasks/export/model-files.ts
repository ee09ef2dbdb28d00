/** The output files of a run, and copies of them for other programs. */
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fail, messageOf } from '../../../core/base/error.ts'
import { writeAtomic } from '../../../core/base/files/atomic.ts'
import { requireOwned, requireOwnedTree } from '../../../core/base/files/owned.ts'
import { readOnnx } from '../../../core/graph/files/read.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import { modelInfo, outputClasses } from '../../../core/training/measure/model-info.ts'
import { exportNames, requireTarget } from './target.ts'

/** The ONNX file of a run: of its last epoch, or its best; fails with `not-found` before it is finished. */
export function modelOfRun(dir: string, id: string, best: boolean): string {
  const file = requireOwned(dir, join(dir, 'model.onnx'), 'file')
  if (!existsSync(file)) fail('not-found', `run ${id} has no model yet; is it finished?`, { run: id })
  const other = requireOwned(dir, join(dir, 'best.onnx'), 'file')
  // If the last epoch was the best, there is only one model.
  return best && existsSync(other) ? other : file
}

/** What to copy, and where. */
export interface ExportOrder {
  run: string
  best: boolean
  /** Folder for the files. */
  out: string
  /** Replace the files of an earlier export. */
  force: boolean
}

/** Paths of the copies. */
export interface ExportedFiles {
  onnx: string
  safetensors: string
  card: string
  classes: string
}

/**
 * Copies a run's model as ONNX and safetensors, with its card and its classes. Rejects as {@link requireTarget} throws,
 * and with `disk`.
 */
export async function exportRun(project: Project, order: ExportOrder): Promise<ExportedFiles> {
  const row = getRun(project, order.run)
  const onnx = modelOfRun(row.dir, row.id, order.best)
  const model = await readOnnx(onnx)
  // A model that names none has the project's of then: the first ones, for none is ever removed.
  const classes =
    modelInfo(model).classes ?? project.classes.slice(0, outputClasses(model)).map(one => one.name)
  const out = resolve(order.out)
  const at = (name: keyof ExportedFiles): string => join(out, exportNames[name])
  const targets: ExportedFiles = {
    onnx: at('onnx'),
    safetensors: at('safetensors'),
    card: at('card'),
    classes: at('classes'),
  }
  requireOwnedTree(row.dir)
  requireTarget(project, out, order.force)
  try {
    await mkdir(out, { recursive: true })
    // The card first, so that an interrupted export is recognised by it.
    for (const kind of ['card', 'onnx', 'safetensors'] as const) {
      const ending = kind === 'card' ? 'json' : kind
      await copyWhole(onnx.replace(/onnx$/, ending), targets[kind])
    }
    const list = classes.map((name, index) => ({ index, name }))
    await writeAtomic(targets.classes, `${JSON.stringify(list, null, 2)}\n`)
  } catch (error) {
    fail('disk', `${out}: the model cannot be written (${messageOf(error)})`, { out }, error)
  }
  return targets
}

/** Written under another name first, so that the copy is never a link or half a file. */
async function copyWhole(from: string, to: string): Promise<void> {
  const temporary = `${to}.${process.pid}.tmp`
  try {
    await rm(temporary, { force: true })
    await copyFile(from, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await rename(temporary, to)
  } finally {
    await rm(temporary, { force: true })
  }
}
