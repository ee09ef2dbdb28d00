/** `relabel export`: the model of a run as ONNX and safetensors, with its classes and its card. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { fail, messageOf } from '../../core/base/error.ts'
import { readOnnx } from '../../core/graph/files/read.ts'
import { openProject } from '../../core/project/project.ts'
import { getRun } from '../../core/project/runs.ts'
import { modelInfo } from '../../core/training/model-info.ts'
import { act, leaf } from './action.ts'
import type { CommandContext, CommandResult } from './action.ts'
import { modelOfRun } from './evaluate.ts'

interface Options {
  run: string
  out: string
  best?: boolean
  force?: boolean
}

export function register(program: Command): void {
  leaf(program, 'export <project>', 'write the model of a run as ONNX and safetensors')
    .requiredOption('--run <id>', 'the run')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--best', 'its best epoch on the validation split instead of its last')
    .option('--force', 'overwrite files that are there')
    .action(act(exportRun))
}

async function exportRun(_: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  const project = openProject(dir, { readonly: true })
  try {
    const row = getRun(project, options.run)
    const onnx = modelOfRun(row.dir, row.id, options.best ?? false)
    const classes = modelInfo(await readOnnx(onnx)).classes ?? project.classes.map(one => one.name)
    const out = resolve(options.out)
    const targets = {
      onnx: join(out, 'model.onnx'),
      safetensors: join(out, 'model.safetensors'),
      card: join(out, 'model.json'),
      classes: join(out, 'classes.json'),
    }
    const there = Object.values(targets).filter(file => existsSync(file))
    if (there.length > 0 && !options.force)
      fail('usage', `${there.join(', ')} exists already; choose another folder or add --force`, {
        files: there,
      })
    try {
      mkdirSync(out, { recursive: true })
      for (const kind of ['onnx', 'safetensors', 'card'] as const) {
        const ending = kind === 'card' ? 'json' : kind
        copyFileSync(onnx.replace(/onnx$/, ending), targets[kind])
      }
      writeFileSync(
        targets.classes,
        `${JSON.stringify(
          classes.map((name, index) => ({ index, name })),
          null,
          2,
        )}\n`,
      )
    } catch (error) {
      fail('disk', `${out}: the model cannot be written (${messageOf(error)})`, { out }, error)
    }
    return { json: { run: row.id, ...targets }, text: Object.values(targets).join('\n') }
  } finally {
    project.close()
  }
}
