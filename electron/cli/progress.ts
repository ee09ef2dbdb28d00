/** Shows progress on stderr: a progress bar on a terminal, occasional lines elsewhere. */
import type { JobProgress as Progress } from '../../core/contract/api/common.ts'

/** Shows progress; `clear` removes the bar to print another line, `end` keeps the last state visible. */
export interface ProgressView {
  update(progress: Progress): void
  clear(): void
  end(): void
}

/** `75 s` as `1:15`, with hours where needed. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const two = (n: number): string => String(n).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

function describe(progress: Progress): string {
  const { done, total, rate, left, note } = progress
  const parts = [`${done}/${total}`]
  if (rate !== undefined && rate > 0) parts.push(`${rate < 10 ? rate.toFixed(2) : rate.toFixed(0)}/s`)
  if (left !== undefined && done < total) parts.push(`${clock(left)} left`)
  if (note) parts.push(note)
  return parts.join(', ')
}

function bar(progress: Progress, columns: number): string {
  const width = 24
  const filled = progress.total > 0 ? Math.round((width * progress.done) / progress.total) : 0
  const line = `${progress.phase} [${'█'.repeat(filled)}${'·'.repeat(width - filled)}] ${describe(progress)}`
  return line.slice(0, columns - 1)
}

/** Progress on a stream; if it is not a terminal, a line at most every `every` ms. */
export function createProgressView(
  stream: NodeJS.WriteStream | { isTTY?: boolean; columns?: number; write(text: string): unknown },
  every = 5000,
): ProgressView {
  let drawn = false
  let last: Progress | undefined
  let shown: Progress | undefined
  let shownAt = -Infinity
  const terminal = Boolean(stream.isTTY)

  function show(progress: Progress): void {
    shown = progress
    shownAt = performance.now()
    if (terminal) stream.write(`\r\u001b[2K${bar(progress, stream.columns ?? 80)}`)
    else stream.write(`${progress.phase}: ${describe(progress)}\n`)
    drawn = true
  }
  return {
    update(progress) {
      const turned = last?.phase !== progress.phase
      if (turned && last && last !== shown) show(last)
      if (turned && terminal && last) stream.write('\n')
      last = progress
      const wait = terminal ? 100 : every
      if (turned || performance.now() - shownAt >= wait) show(progress)
    },
    clear() {
      if (terminal && drawn) stream.write('\r\u001b[2K')
      drawn = false
    },
    end() {
      if (last && last !== shown) show(last)
      if (terminal && drawn) stream.write('\n')
      drawn = false
      last = shown = undefined
    },
  }
}
