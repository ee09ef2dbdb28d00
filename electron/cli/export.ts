/** `relabel export`: the model of a run as ONNX and safetensors, with its classes and its card. */
import type { Command } from 'commander'
import { openProject } from '../../core/project/project.ts'
import { exportRun } from '../tasks/export/model-files.ts'
import { act, leaf } from './action.ts'
import type { CommandContext, CommandResult } from './action.ts'

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
    .option('--best', 'its best epoch on the validation split instead of the last')
    .option('--force', 'overwrite the files of an earlier export')
    .action(act(exportCommand))
}

async function exportCommand(_: CommandContext, dir: string, options: Options): Promise<CommandResult> {
  const project = openProject(dir, { readonly: true })
  try {
    const { run, out, best = false, force = false } = options
    const targets = await exportRun(project, { run, out, best, force })
    return { json: { run, ...targets }, text: Object.values(targets).join('\n') }
  } finally {
    project.close()
  }
}
