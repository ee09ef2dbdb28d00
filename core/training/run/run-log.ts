/** The metrics of a run as JSON lines, consistent with its checkpoints. */
import { appendFileSync, existsSync } from 'node:fs'
import { fail, messageOf } from '../../base/error.ts'
import { readText } from '../../base/files/read.ts'
import { parseJson } from '../../base/json.ts'
import { writeAtomicSync } from '../../base/files/atomic.ts'
import { requireOwnedFile } from '../../base/files/owned.ts'
import type { Metrics } from '../../contract/metrics.ts'

/** One line of metrics.jsonl. `step` counts finished steps. */
export type LogLine =
  | { type: 'step'; step: number; epoch: number; loss: number; lr: number; gradientNorm?: number }
  | {
      type: 'epoch'
      step: number
      epoch: number
      /** Mean of the epoch's losses. */
      loss: number
      imagesPerSecond: number
      /** Share of time in training steps. */
      busy: number
      val: Metrics | null
    }
  | { type: 'diverged'; step: number; epoch: number; loss: string; images: string[] }

/** Appends lines; they are on disk after {@link RunLog.flush}. */
export interface RunLog {
  add(line: LogLine): void
  flush(): void
}

/** Thousands of lines per run take a thousandth of this limit. */
const mostBytes = 400_000_000
const limits = { what: 'the metrics of a run', maxBytes: mostBytes, mayBeCut: true }

const flushAfter = 1000 // ms

/** Reads all complete lines of a log; a torn last line (after a kill) is ignored. */
export function readLog(file: string): LogLine[] {
  if (!existsSync(file)) return []
  const lines = readText(requireOwnedFile(file, mostBytes), limits).split('\n')
  lines.pop() // empty, or torn
  return lines.map((line, i) => parseJson(line, `${file}: line ${i + 1}`, { file }) as LogLine)
}

/** Opens the log to continue after `step` steps; lines of later steps, which will be repeated, are removed. */
export function openLog(file: string, step: number): RunLog {
  const kept = step === 0 ? [] : readLog(file).filter(line => line.type !== 'diverged' && line.step <= step)
  writeAtomicSync(file, kept.map(line => `${JSON.stringify(line)}\n`).join(''))
  let waiting = ''
  let since = performance.now()
  function flush(): void {
    if (waiting !== '') {
      try {
        appendFileSync(file, waiting)
      } catch (error) {
        fail('disk', `${file}: cannot be written (${messageOf(error)})`, { file }, error)
      }
    }
    waiting = ''
    since = performance.now()
  }
  return {
    add(line) {
      waiting += `${JSON.stringify(line)}\n`
      if (performance.now() - since > flushAfter) flush()
    },
    flush,
  }
}
