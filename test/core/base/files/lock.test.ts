/** The lock across real processes: a live holder keeps it whatever its number, a dead one does not. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lockFolder, takeLock } from '../../../../core/base/files/lock.ts'

interface Other {
  child: ChildProcessByStdio<Writable, Readable, null>
  /** Sends a line and gives the answer. */
  ask(line: string): Promise<string>
}

function other(): Other {
  const script = fileURLToPath(new URL('hold-locks.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    async ask(line) {
      child.stdin.write(`${line}\n`)
      return String((await answers.next()).value)
    },
  }
}

let first: Other
let second: Other
let dir: string
beforeAll(() => {
  first = other()
  second = other()
})
afterAll(() => {
  first.child.kill('SIGKILL')
  second.child.kill('SIGKILL')
})
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'relabel-lock-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const kinds = {
  file: { take: () => takeLock(join(dir, 'a.lock')), path: () => join(dir, 'a.lock') },
  folder: { take: () => lockFolder(dir), path: () => dir },
}
const locked = expect.objectContaining({ code: 'locked' }) as Error

/** Says in a lock that nobody holds that it is another process's. */
function rewriteOwner(file: string, pid: number): void {
  const db = new Database(file)
  db.prepare('UPDATE owner SET pid = ?').run(pid)
  db.close()
}

describe.each(['file', 'folder'] as const)('the lock of a %s', kind => {
  const { take, path } = kinds[kind]
  const file = (): string => join(dir, kind === 'file' ? 'a.lock' : 'writer.lock')

  it('is kept by a process that lives, which is named, and free when it lets go', async () => {
    expect(await first.ask(`${kind} ${path()}`)).toBe('done')
    expect(take).toThrow(locked)
    expect(take).toThrow(`process ${first.child.pid} on ${hostname()}`)
    expect(await second.ask(`${kind} ${path()}`)).toMatch(/is in use/)
    await first.ask('release')
    const lock = take()
    expect(take).toThrow(locked) // within the process too
    expect(await first.ask(`${kind} ${path()}`)).toMatch(`process ${process.pid}`)
    lock.release()
    lock.release()
    expect(existsSync(file())).toBe(kind === 'file')
  })

  it('is not kept by the number of a dead holder that another process has now', async () => {
    const holder = other()
    expect(await holder.ask(`${kind} ${path()}`)).toBe('done')
    holder.child.kill('SIGKILL')
    await once(holder.child, 'close')
    for (const pid of [first.child.pid!, process.ppid, process.pid, 1]) {
      rewriteOwner(file(), pid)
      expect(await second.ask(`${kind} ${path()}`)).toBe('done')
      await second.ask('release')
      if (!existsSync(file())) take().release()
      if (!existsSync(file())) break // a folder's lock goes with its holder
    }
  })

  it('of version 0.1 holds as long as the process that wrote it, not one with its number', () => {
    const write = (text: string, seconds = Date.now() / 1000): void => {
      writeFileSync(file(), text)
      utimesSync(file(), seconds, seconds)
    }
    const by = (pid: number, host = hostname()): string => JSON.stringify({ pid, host })
    for (const text of [by(first.child.pid!), by(process.ppid), by(99_999_999, 'another-machine')]) {
      write(text)
      expect(take, text).toThrow(locked)
      expect(take).toThrow(`delete ${file()} if that process is gone`)
    }
    const longAgo = 1e9
    for (const [text, seconds] of [
      [by(first.child.pid!), longAgo],
      [by(process.ppid), longAgo],
      [by(99_999_999)],
      [by(process.pid)],
      ['{"pi'],
      ['{"pid":12,"ho'],
      [''],
      ['\0'.repeat(600)],
    ] as const) {
      write(text, seconds)
      take().release()
    }
    write('something else that lies here')
    expect(take).toThrow(expect.objectContaining({ code: 'bad-project' }))
  })
})

it('that a kill cut off in the middle of writing it is made again', () => {
  const file = join(dir, 'a.lock')
  takeLock(file).release()
  const whole = readFileSync(file)
  for (let end = 1; end < whole.length; end += 97) {
    writeFileSync(file, whole.subarray(0, end))
    takeLock(file).release()
  }
})

it('lets one in at a time, however often it is taken and taken away', async () => {
  const asked = `contend ${dir} 60`
  expect(await Promise.all([first.ask(asked), second.ask(asked)])).toEqual(['done', 'done'])
})
