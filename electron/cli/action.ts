/** Shared parts of all commands: `--json`, cancellation by Ctrl-C, progress, and output. */
import type { Command } from 'commander'
import { fail } from '../../core/base/error.ts'
import { createProgressView, type ProgressView } from './progress.ts'

/** The context of a command's action. */
export interface CommandContext {
  json: boolean
  /** Aborted by the first Ctrl-C (or SIGTERM); the second one exits immediately. */
  signal: AbortSignal
  /** Prints a message on stderr. */
  note(text: string): void
  /** Progress on stderr: a bar on a terminal, lines elsewhere. */
  progress: ProgressView
}

/** What a command's action returns: the document for `--json`, the text otherwise. */
export interface CommandResult {
  json: unknown
  text: string
  /** 1 if the command worked but found a problem (damage, for example); default 0. */
  exitCode?: 0 | 1
}

/** A command with `--json`, for example `leaf(program, 'runs <project>', 'list runs')`. */
export function leaf(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'print the result as one JSON document on stdout')
}

/** Wraps an action for commander: `act(async (context, project, options) => …)`. */
export function act<Args extends unknown[]>(
  action: (context: CommandContext, ...args: Args) => Promise<CommandResult>,
): (...all: unknown[]) => Promise<void> {
  return async (...all) => {
    const command = all.at(-1) as Command
    const json = Boolean((command.optsWithGlobals() as { json?: boolean }).json)
    const controller = new AbortController()
    const stop = (): void => {
      if (controller.signal.aborted) process.exit(1)
      process.stderr.write('\nrelabel: stopping; press Ctrl-C again to stop immediately\n')
      controller.abort()
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    const progress = createProgressView(process.stderr)
    const context: CommandContext = {
      json,
      signal: controller.signal,
      note(text) {
        progress.clear()
        process.stderr.write(`${text}\n`)
      },
      progress,
    }
    try {
      const result = await action(context, ...(all.slice(0, -1) as Args))
      progress.end()
      process.stdout.write(json ? `${JSON.stringify(result.json, null, 2)}\n` : `${result.text.trimEnd()}\n`)
      if (result.exitCode) await flushAndExit(result.exitCode)
    } finally {
      progress.end()
      process.off('SIGINT', stop)
      process.off('SIGTERM', stop)
    }
  }
}

async function flushAndExit(code: number): Promise<never> {
  await new Promise<void>(resolve => process.stdout.write('', () => resolve()))
  process.exit(code)
}

/** For options: a number within bounds; `integer` refuses fractions. Fails with code `usage`. */
export function numberOption(
  name: string,
  bounds: { min?: number; max?: number; integer?: boolean } = {},
): (text: string) => number {
  return text => {
    const value = Number(text)
    const { min = -Infinity, max = Infinity, integer = false } = bounds
    if (
      text.trim() === '' ||
      !Number.isFinite(value) ||
      value < min ||
      value > max ||
      (integer && !Number.isInteger(value))
    )
      fail(
        'usage',
        `${name} must be ${integer ? 'a whole number' : 'a number'}${rangeText(min, max)}, not "${text}"`,
      )
    return value
  }
}

function rangeText(min: number, max: number): string {
  if (Number.isFinite(min) && Number.isFinite(max)) return ` from ${min} to ${max}`
  if (Number.isFinite(min)) return ` of at least ${min}`
  return Number.isFinite(max) ? ` of at most ${max}` : ''
}

/** For options: `a,b,c` as exactly `count` numbers. Fails with code `usage`. */
export function numbersOption(name: string, count: number): (text: string) => number[] {
  return text => {
    const parts = text.split(',')
    if (parts.length !== count) fail('usage', `${name} takes ${count} comma-separated numbers, not "${text}"`)
    return parts.map(part => numberOption(name)(part))
  }
}
