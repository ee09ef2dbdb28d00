/** Locks of version 0.1: a file with the holder's process id as JSON, which another process may have by now. */
import { readFileSync, statSync } from 'node:fs'
import { hostname, uptime } from 'node:os'

/** Who holds a lock. */
export interface Holder {
  pid: number
  host: string
}

/** Bytes; longer ones were never written. */
const longest = 1000
/** Clocks of the system ticks so often a second, on every Linux there is. */
const ticks = 100
/** Milliseconds by which file times and process times may be off. */
const slack = 2000

/** Whose lock a file is: `gone` where that process has ended, `strange` where it is not a lock of version 0.1. */
export function earlierHolder(file: string): Holder | 'gone' | 'strange' {
  const { size, mtimeMs } = statSync(file)
  if (size > longest) return 'strange'
  const text = readFileSync(file, 'utf8')
  if (/^\0*$/.test(text)) return 'gone' // a power cut
  if (!/^\{"pid":/.test(text)) return '{"pid":'.startsWith(text) ? 'gone' : 'strange'
  const found = /^\{"pid":(\d{1,10}),"host":"([^"\\]*)"\}$/.exec(text)
  if (!found) return 'gone' // cut off by a kill
  const holder = { pid: Number(found[1]), host: found[2]! }
  return holder.host !== hostname() || isAlive(holder.pid, mtimeMs) ? holder : 'gone'
}

/** Whether the process that has the number is the one that wrote the lock. This version never writes such a lock itself. */
function isAlive(pid: number, written: number): boolean {
  if (pid < 1 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EPERM') return false
  }
  return startOf(pid) < written + slack
}

/** When a process began, ms since 1970; where the system does not say, when the system did. */
function startOf(pid: number): number {
  const now = Date.now()
  try {
    // The name of the process, in brackets, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')
    return now - (uptime() - Number(fields[19]) / ticks) * 1000
  } catch {
    return now - uptime() * 1000
  }
}
