/** How a failed command ends: one clear message, or one JSON document, and the exit code. */
import { CommanderError } from 'commander'
import { messageOf, RelabelError } from '../../core/base/error.ts'

/** Prints the error and returns the exit code: 2 for bad usage, 1 for everything else. */
export async function report(error: unknown, json: boolean): Promise<number> {
  const usage = error instanceof CommanderError || (error instanceof RelabelError && error.code === 'usage')
  if (json) {
    const code = usage ? 'usage' : error instanceof RelabelError ? error.code : 'internal'
    const detail = error instanceof RelabelError ? error.detail : {}
    const message = messageOf(error).replace(/^error: /, '')
    process.stdout.write(`${JSON.stringify({ error: { code, message, detail } }, null, 2)}\n`)
  } else if (error instanceof RelabelError) process.stderr.write(`relabel: ${error.message}\n`)
  // Commander has already printed it. Anything else is a bug.
  else if (!(error instanceof CommanderError))
    process.stderr.write(
      process.env['RELABEL_DEBUG'] && error instanceof Error
        ? `relabel: ${error.stack}\n`
        : `relabel: ${messageOf(error)} (unexpected error; set RELABEL_DEBUG=1 for details)\n`,
    )
  return usage ? 2 : 1
}
