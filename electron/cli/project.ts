/** `relabel project check|restore|replay`: checks a project and repairs damage. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { replayForeignLog } from '../../core/project/corrections/replay.ts'
import { openProject } from '../../core/project/project.ts'
import { checkProject } from '../../core/project/check.ts'
import { restoreCopy } from '../../core/project/recovery/restore.ts'
import { act, leaf, type CommandContext, type CommandResult } from './action.ts'

export function register(program: Command): void {
  const project = program.command('project').description('look after the database of a project')
  leaf(project, 'check <project>', 'check the database and every row, and list its copies').action(act(check))
  leaf(project, 'restore <project>', 'restore a copy of the database; the replaced file is kept')
    .option('--copy <name>', 'the copy to restore, as listed by "check"; default: the newest intact one')
    .action(act(restore))
  leaf(
    project,
    'replay <project> <log>',
    'replay the corrections of a log (corrections.jsonl) into a project',
  ).action(act(replay))
}

function check(_: CommandContext, dir: string): Promise<CommandResult> {
  const { damage, copies } = checkProject(dir)
  const listed = copies.map(copy => `  ${copy.name}  made ${copy.made}`)
  const text = [
    ...(damage.length === 0 ? [`${resolve(dir)}: nothing is damaged`] : damage),
    copies.length === 0 ? 'there are no copies yet' : 'copies:',
    ...listed,
  ].join('\n')
  return Promise.resolve({ json: { damage, copies }, text, exitCode: damage.length === 0 ? 0 : 1 })
}

function restore(_: CommandContext, dir: string, options: { copy?: string }): Promise<CommandResult> {
  const { copy, kept } = restoreCopy(dir, options.copy)
  // Opening replays the log of corrections.
  const project = openProject(dir)
  project.close()
  const text = [
    `restored the copy ${copy.name}, made ${copy.made}`,
    `corrections made since: ${project.replayed.applied} steps replayed`,
    ...project.replayed.failed,
    ...(kept ? [`the replaced database is kept as ${kept}`] : []),
  ].join('\n')
  return Promise.resolve({ json: { copy, kept, replayed: project.replayed }, text })
}

function replay(_: CommandContext, dir: string, log: string): Promise<CommandResult> {
  const project = openProject(dir)
  try {
    const replayed = replayForeignLog(project, resolve(log))
    const text = [`${replayed.applied} steps replayed`, ...replayed.failed].join('\n')
    return Promise.resolve({ json: replayed, text, exitCode: replayed.failed.length === 0 ? 0 : 1 })
  } finally {
    project.close()
  }
}
