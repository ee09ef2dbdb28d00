/** The last lines that a job printed. */

/** A log that drops its oldest lines. */
export interface JobLog {
  add(line: string): void
  lines(): string[]
}

const mostLines = 200
const longestLine = 2000

/** Begins with what an earlier attempt at the job printed. */
export function createLog(before: readonly string[] = []): JobLog {
  const lines = before.slice(-mostLines)
  return {
    add(line) {
      if (line.trim() === '') return
      lines.push(line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)
      if (lines.length > mostLines) lines.shift()
    },
    lines: () => [...lines],
  }
}
