/** The network sockets of a process and everything below it, as Linux tells them under /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Whether this system tells. */
export const tellsSockets = process.platform === 'linux'

const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6']
const loopback = /^(0100007F|0{24}01000000|0{16}FFFF00000100007F|0{8}|0{32}):/

/** `ours`, and every process below it. */
function familyOf(ours: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = tryRead(`/proc/${name}/stat`)
    const parent = /\) \S (\d+)/.exec(stat)?.[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const family = [ours]
  for (const member of family) for (const [pid, parent] of parents) if (parent === member) family.push(pid)
  return family
}

function tryRead(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it ended meanwhile
  }
}

function inodesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? []
      } catch {
        return []
      }
    })
  } catch {
    return []
  }
}

/** Lines such as `tcp 0A00000C:01BB`: what these processes have open towards anything but this machine. */
export function outwardSockets(pid: number): string[] {
  const inodes = new Set(familyOf(pid).flatMap(inodesOf))
  return tables.flatMap(table =>
    tryRead(`/proc/${pid}/net/${table}`)
      .split('\n')
      .slice(1)
      .flatMap(line => {
        const [, , remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/)
        // Name lookups are datagrams without a remote end, so every datagram socket counts.
        const outward = !table.startsWith('tcp') || !loopback.test(remote)
        return inodes.has(inode) && outward ? [`${table} ${remote}`] : []
      }),
  )
}
