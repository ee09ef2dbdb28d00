/**
 * What the backend and its children say of their work: a line a message on stderr, with time and level. Forty lines of our own instead of a library: the usual
 * ones write JSON, which people read in a terminal only through a second program, or format it in worker threads that have to
 * be packed along.
 */
const levels = ['error', 'warn', 'info', 'debug'] as const
export type Level = (typeof levels)[number]

/** `cause`: what was thrown; its stack is kept, in the same line. */
export type Log = Record<Level, (message: string, cause?: unknown) => void>

/** Names of files may hold anything: nothing in them may end the line or reach the terminal as a command. */
const escaped = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, char =>
    char === '\n' ? '\\n' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

const textOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)

/** Writes messages of `wanted` and graver ones; what is not a level counts as `info`, and is told. */
export function createLog(wanted: string | undefined, write: (line: string) => void): Log {
  const known = levels.find(level => level === wanted)
  const most = levels.indexOf(known ?? 'info')
  const at =
    (level: Level): Log[Level] =>
    (message, cause) => {
      if (levels.indexOf(level) > most) return
      const text = cause === undefined ? message : `${message}: ${textOf(cause)}`
      write(`${new Date().toISOString()} ${level} ${escaped(text)}\n`)
    }
  const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
  if (wanted !== undefined && wanted !== '' && !known)
    log.warn(`RELABEL_LOG_LEVEL is "${wanted}", which is not a level; there are ${levels.join(', ')}`)
  return log
}

// Whoever read it may be gone; that must not keep this process from ending in order.
process.stderr.on('error', () => {})

/** The log of this process; RELABEL_LOG_LEVEL says how much of it is written. */
export const log: Log = createLog(process.env.RELABEL_LOG_LEVEL, line => void process.stderr.write(line))
