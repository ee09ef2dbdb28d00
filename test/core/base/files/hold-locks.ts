/** A process that takes locks as it is told, a line of standard input each: `file PATH`, `folder PATH`, `release`, `contend PATH COUNT`. */
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { RelabelError } from '../../../../core/base/error.ts'
import { lockFolder, takeLock, type Lock } from '../../../../core/base/files/lock.ts'

let held: Lock[] = []

/** Takes and releases the folder's lock; fails where somebody else is inside at the same time. */
function contend(dir: string, count: number): string {
  const inside = join(dir, 'inside')
  for (let done = 0; done < count;) {
    let lock: Lock
    try {
      lock = lockFolder(dir)
    } catch (error) {
      if (error instanceof RelabelError && error.code === 'locked') continue
      throw error
    }
    closeSync(openSync(inside, 'wx'))
    rmSync(inside)
    lock.release()
    done++
  }
  return 'done'
}

function act([verb, path = '', count = '0']: string[]): string {
  if (verb === 'contend') return contend(path, Number(count))
  if (verb === 'file') held.push(takeLock(path))
  if (verb === 'folder') held.push(lockFolder(path))
  if (verb === 'release') {
    for (const lock of held) lock.release()
    held = []
  }
  return 'done'
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer: string
  try {
    answer = act(line.split(' '))
  } catch (error) {
    answer = String(error)
  }
  console.log(answer.replaceAll('\n', ' '))
}
