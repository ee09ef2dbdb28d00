/** The files that a run leaves behind, and copies of them for other programs. */
import { constants, existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fail, messageOf } from '../../../core/base/error.ts'
import { readOnnx } from '../../../core/graph/files/read.ts'
import type { Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import { modelInfo } from '../../../core/training/measure/model-info.ts'

/** The ONNX file of a run: of its last epoch, or its best; fails with `not-found` before it is finished. */
export function modelOfRun(dir: string, id: string, best: boolean): string {
  const file = join(dir, 'model.onnx')
  if (!existsSync(file)) fail('not-found', `run ${id} has no model yet; is it finished?`, { run: id })
  const other = join(dir, 'best.onnx')
  // Where the last epoch was the best, there is only one model.
  return best && existsSync(other) ? other : file
}

/** What to copy where. */
export interface ExportOrder {
  run: string
  best: boolean
  /** Folder for the files. */
  out: string
  /** Overwrite files that are there. */
  force: boolean
}

/** Paths of the copies. */
export interface ExportedFiles {
  onnx: string
  safetensors: string
  card: string
  classes: string
}

/** Copies a run's model as ONNX and safetensors, with its card and its classes. Rejects with `usage` where files are there already. */
export async function exportRun(project: Project, order: ExportOrder): Promise<ExportedFiles> {
  const row = getRun(project, order.run)
  const onnx = modelOfRun(row.dir, row.id, order.best)
  const classes = modelInfo(await readOnnx(onnx)).classes ?? project.classes.map(one => one.name)
  const out = resolve(order.out)
  const targets: ExportedFiles = {
    onnx: join(out, 'model.onnx'),
    safetensors: join(out, 'model.safetensors'),
    card: join(out, 'model.json'),
    classes: join(out, 'classes.json'),
  }
  const there = Object.values(targets).filter(file => existsSync(file))
  if (there.length > 0 && !order.force)
    fail('usage', `${there.join(', ')} exists already; choose another folder or add --force`, {
      files: there,
    })
  try {
    await mkdir(out, { recursive: true })
    for (const kind of ['onnx', 'safetensors', 'card'] as const) {
      const ending = kind === 'card' ? 'json' : kind
      await copyFile(onnx.replace(/onnx$/, ending), targets[kind], constants.COPYFILE_FICLONE)
    }
    const list = classes.map((name, index) => ({ index, name }))
    await writeFile(targets.classes, `${JSON.stringify(list, null, 2)}\n`)
  } catch (error) {
    fail('disk', `${out}: the model cannot be written (${messageOf(error)})`, { out }, error)
  }
  return targets
}
