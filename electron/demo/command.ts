/** Calling this program's own command line as a user would, so that the demo shows nothing that a user could not do. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { fail, RelabelError } from '../../core/base/error.ts'
import type { ErrorCode } from '../../core/base/error.ts'
import type { Watch } from '../tasks/sample/scenes.ts'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))

const failure = z.object({
  error: z.object({ code: z.string(), message: z.string(), detail: z.record(z.string(), z.unknown()) }),
})

/** Progress of a command whose stderr is no terminal: `phase: done/total, note`. */
const progressLine = /^(\S[^:]*): (\d+)\/(\d+)(?:, (.*))?$/

/** Words of a command line, quoted where a shell would need it. */
export function commandLine(args: readonly string[]): string {
  const words = args.map(word =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  )
  return ['relabel', ...words].join(' ')
}

/**
 * Runs `relabel ARGS --json` and resolves with its document, checked against `schema`. Its errors are rethrown with
 * their code; `onMessage` hears lines of stderr that are no progress.
 */
export async function runCommand<T>(
  args: readonly string[],
  schema: z.ZodType<T>,
  watch: Watch,
  onMessage: (line: string) => void = () => {},
): Promise<T> {
  const child = spawn(process.execPath, [cli, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = (): void => void child.kill('SIGTERM')
  const killWithParent = (): void => void child.kill('SIGKILL')
  watch.signal.addEventListener('abort', stop)
  process.once('exit', killWithParent)
  const out: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  const tail: string[] = []
  createInterface({ input: child.stderr }).on('line', line => {
    const match = progressLine.exec(line)
    if (match) {
      // The command's own pace, not the demo's: its phases count different things.
      const words = [match[1]!, ...(match[4] === undefined ? [] : [match[4]])].join(', ')
      return watch.onProgress(Number(match[2]), Number(match[3]), words)
    }
    if (line.trim() === '') return
    tail.push(line)
    if (tail.length > 20) tail.shift()
    onMessage(line)
  })
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', resolve)
    })
    return answerOf(args, code, Buffer.concat(out).toString(), tail, schema, watch.signal)
  } finally {
    watch.signal.removeEventListener('abort', stop)
    process.off('exit', killWithParent)
  }
}

function answerOf<T>(
  args: readonly string[],
  code: number | null,
  text: string,
  tail: readonly string[],
  schema: z.ZodType<T>,
  signal: AbortSignal,
): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (code === 0) {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    throw new Error(
      `${commandLine(args)} answered something else than expected: ${z.prettifyError(parsed.error)}`,
    )
  }
  if (signal.aborted) fail('cancelled', `${commandLine(args)} was stopped`)
  const told = failure.safeParse(value)
  if (told.success) {
    const { code: kind, message, detail } = told.data.error
    if (kind !== 'internal') throw new RelabelError(kind as ErrorCode, message, detail)
    throw new Error(`${commandLine(args)}: ${message}`)
  }
  throw new Error(`${commandLine(args)} ended with code ${code}: ${tail.join('\n')}`)
}
