/**
 * Launchers and signals: the second Ctrl-C ends whatever was started, even if it ignores signals; SIGTERM is forwarded.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { exitCode } from '../../build/pass-signals.mjs'

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0))
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // it has ended, as it should
    }
})

/** A launcher in a group of its own, as a terminal has it, and what it and its child print. */
async function launch(words: readonly string[]) {
  const child = spawn(process.execPath, [file('launcher.mjs'), ...words], { detached: true, stdio: 'pipe' })
  started.push(child)
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  await expect.poll(() => lines).toContain('ready')
  const below = lines.flatMap(line => /^child (\d+)$/.exec(line)?.[1] ?? []).map(Number)
  const ctrlC = (): void => void process.kill(-child.pid!, 'SIGINT')
  return { child, lines, ended, below, ctrlC }
}

async function whilePressing<T>(ctrlC: () => void, ended: Promise<T>): Promise<T> {
  const again = setInterval(ctrlC, 100)
  try {
    return await ended
  } finally {
    clearInterval(again)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('the first Ctrl-C is left to the child, the second ends it', async () => {
  const { lines, ended, below, ctrlC } = await launch(['0', file('deaf-child.mjs')])
  ctrlC()
  await expect.poll(() => lines).toContain('SIGINT')
  ctrlC() // as npm passes on what the terminal sent to all
  expect(below.every(isAlive)).toBe(true)
  expect(await whilePressing(ctrlC, ended)).toBe(137)
  expect(below.some(isAlive)).toBe(false)
})

it('a child that answers nothing, in the deepest of three launchers, ends with all of them', async () => {
  const chain = [
    '500',
    file('launcher.mjs'),
    '200',
    file('launcher.mjs'),
    '0',
    file('deaf-child.mjs'),
    'busy',
  ]
  const { ended, below, ctrlC } = await launch(chain)
  expect(below).toHaveLength(3)
  expect(await whilePressing(ctrlC, ended)).not.toBe(0)
  expect(below.some(isAlive)).toBe(false)
})

it('SIGTERM and SIGHUP of the launcher reach the child', async () => {
  const { child, lines } = await launch(['0', file('deaf-child.mjs')])
  for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
    child.kill(signal)
    await expect.poll(() => lines).toContain(signal)
  }
})

it('tells how a child ended as shells do', () => {
  expect([
    exitCode(3, null),
    exitCode(null, 'SIGTERM'),
    exitCode(null, 'SIGKILL'),
    exitCode(null, null),
  ]).toEqual([...[3, 143, 137, 1]])
})
