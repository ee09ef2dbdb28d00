/** `relabel doctor`: what this machine offers, each part tried and not only looked up. */
import type { Command } from 'commander'
import { tryMachine } from '../tasks/machine/steps.ts'
import { act, leaf, type CommandResult } from './action.ts'

export function register(program: Command): void {
  leaf(program, 'doctor', 'what this machine offers').action(act(doctor))
}

async function doctor(): Promise<CommandResult> {
  const { ok, findings } = await tryMachine()
  const lines = findings.map(({ part, ok: good, what }) => `${good ? '✓' : '✗'} ${part.padEnd(16)} ${what}`)
  lines.push(ok ? 'Everything that is needed works.' : 'Something that is needed does not work (see ✗).')
  return { json: { ok, findings }, text: lines.join('\n'), exitCode: ok ? 0 : 1 }
}
