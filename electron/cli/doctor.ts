/** `relabel doctor`: checks this machine by testing each part. */
import type { Command } from 'commander'
import { tryMachine } from '../tasks/machine/steps.ts'
import { act, leaf, type CommandResult } from './action.ts'

export function register(program: Command): void {
  leaf(program, 'doctor', 'check this machine').action(act(doctor))
}

async function doctor(): Promise<CommandResult> {
  const { ok, findings } = await tryMachine()
  const lines = findings.map(({ part, ok: good, what }) => `${good ? '✓' : '✗'} ${part.padEnd(16)} ${what}`)
  lines.push(
    ok
      ? 'Everything that the program needs works.'
      : 'Something that the program needs does not work (see ✗).',
  )
  return { json: { ok, findings }, text: lines.join('\n'), exitCode: ok ? 0 : 1 }
}
