/** The child processes of a process, as `ps` lists them (POSIX only). */
import { execFileSync } from 'node:child_process'

/** Process ids of the children of `parent` whose command line contains `words`. */
export function childrenOf(parent: number | undefined, words: string): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid,ppid,args'], { encoding: 'utf8' }).split('\n')
  return rows.flatMap(row => {
    const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row) ?? []
    return Number(ppid) === parent && args.includes(words) ? [Number(pid)] : []
  })
}
