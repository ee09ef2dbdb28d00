/** One writer a folder: a lock file with the writer's process id, taken over when that process is gone. */
import { open, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fail } from '../../base/error.ts'
import { diskError } from '../../base/files/disk-error.ts'

/** Folders that this process is writing, so that a lock by our own number can be told from a dead namesake's. */
const ours = new Set<string>()

/** Takes the lock and gives back its release; throws 'locked' while another process writes the folder. */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'writer.lock')
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx')
      await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() })).finally(() => file.close())
      ours.add(path)
      return async () => {
        ours.delete(path)
        await rm(path, { force: true }).catch(() => undefined)
      }
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') diskError(error, path, 'write')
    }
    const holder = await holderOf(path)
    if (attempt > 5 || isAlive(holder, path))
      fail(
        'locked',
        `${dir} is being written by ${holder.text}; wait for it, or delete ${path} if that process is gone`,
        { path },
      )
    await rm(path, { force: true })
  }
}

interface Holder {
  pid: number
  host: string
  text: string
}

async function holderOf(path: string): Promise<Holder> {
  const text = await readFile(path, 'utf8').catch(() => '')
  try {
    const { pid, host } = JSON.parse(text) as { pid: number; host: string }
    return { pid: Number(pid), host: String(host), text: `process ${Number(pid)} on ${String(host)}` }
  } catch {
    // A lock without content was left by a kill between creating and writing it.
    return { pid: 0, host: hostname(), text: 'an unknown process' }
  }
}

function isAlive({ pid, host }: Holder, path: string): boolean {
  if (host !== hostname()) return true
  if (pid === process.pid) return ours.has(path)
  if (!Number.isSafeInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
