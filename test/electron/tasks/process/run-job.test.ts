/** Jobs as child processes: results, errors with their codes, cancelling, crashes, and a parent that goes away. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RelabelError } from '../../../../core/base/error.ts'
import { runJob } from '../../../../electron/tasks/process/run-job.ts'
import type { Progress } from '../../../../electron/tasks/process/protocol.ts'

let dir: string
let worker: string
const url = (name: string): string => JSON.stringify(new URL(`../../../../${name}`, import.meta.url).href)

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-job-'))
  worker = join(dir, 'worker.mjs')
  // The real worker with a list of jobs for this test.
  writeFileSync(
    worker,
    `
    import { jobs } from ${url('electron/tasks/jobs.ts')}
    import { fail } from ${url('core/base/error.ts')}
    const add = run => async () => ({ run })
    Object.assign(jobs, {
      double: add(async (config, context) => {
        context.progress({ phase: 'double', done: 1, total: 2 })
        context.warn('careful')
        context.event({ bytes: new Uint8Array([1, 2]) })
        console.log('this must not reach stdout')
        return { twice: config.value * 2, floats: new Float32Array([1.5]) }
      }),
      refuse: add(async () => fail('bad-image', 'no picture', { file: 'x.png' })),
      stumble: add(async () => { throw new TypeError('a fault') }),
      complain: add(async () => {
        process.stdout.write('on stdout\\n')
        process.stderr.write('on stderr\\nwithout an end')
        await new Promise(resolve => setTimeout(resolve, 50))
        process.kill(process.pid, 'SIGKILL')
      }),
      crash: add(async () => process.kill(process.pid, 'SIGKILL')),
      wait: add((config, context) => new Promise((resolve, reject) => {
        const timer = setInterval(() => {}, 1000)
        context.progress({ phase: 'pid', done: process.pid, total: 0 })
        context.signal.addEventListener('abort', () => {
          if (config?.stubborn) return
          clearInterval(timer)
          try { fail('cancelled', 'put in order') } catch (error) { reject(error) }
        })
      })),
    })
    await import(${url('electron/tasks/worker.ts')})
    `,
  )
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function gone(pid: number): Promise<void> {
  while (alive(pid)) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('a job', () => {
  it('gets its configuration, tells how it goes, and returns data', async () => {
    const heard: unknown[] = []
    const result = await runJob(
      'double',
      { value: 21 },
      {
        worker,
        onProgress: progress => heard.push(progress),
        onWarning: text => heard.push(text),
        onEvent: data => heard.push(data),
      },
    )
    expect(result).toEqual({ twice: 42, floats: new Float32Array([1.5]) })
    expect(heard).toEqual([
      { phase: 'double', done: 1, total: 2 },
      'careful',
      { bytes: new Uint8Array([1, 2]) },
    ])
  })

  it('fails with its own error, or as a fault of the program', async () => {
    const refused = await runJob('refuse', null, { worker }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(RelabelError)
    expect(refused).toMatchObject({ code: 'bad-image', message: 'no picture', detail: { file: 'x.png' } })
    const fault = await runJob('stumble', null, { worker }).catch((error: unknown) => error)
    expect(fault).not.toBeInstanceOf(RelabelError)
    expect(String(fault)).toMatch(/a fault/)
    await expect(runJob('unheard-of', null, { worker })).rejects.toThrow(/no job "unheard-of"/)
  })

  it('that is killed says so', async () => {
    await expect(runJob('crash', null, { worker })).rejects.toThrow(/without a result \(killed by SIGKILL\)/)
  })

  it('has its printed lines heard where that is asked for, also its last ones before a crash', async () => {
    const lines: string[] = []
    let pid = 0
    const crash = await runJob('complain', null, {
      worker,
      onLine: line => lines.push(line),
      onStart: id => (pid = id),
    }).catch((error: unknown) => error)
    expect(lines).toEqual(expect.arrayContaining(['on stdout', 'on stderr', 'without an end']))
    expect(pid).toBeGreaterThan(0)
    expect(crash).toMatchObject({ cause: { signal: 'SIGKILL', exitCode: null } })
  })

  it('is cancelled, and may put its things in order', async () => {
    const controller = new AbortController()
    const stopped = runJob(
      'wait',
      {},
      { worker, signal: controller.signal, onProgress: () => controller.abort() },
    )
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled', message: 'put in order' })
    const early = AbortSignal.abort()
    await expect(runJob('wait', {}, { worker, signal: early })).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('that will not stop is killed', async () => {
    const controller = new AbortController()
    let pid = 0
    const stopped = runJob(
      'wait',
      { stubborn: true },
      {
        worker,
        signal: controller.signal,
        grace: 50,
        onProgress: (progress: Progress) => {
          pid = progress.done
          controller.abort()
        },
      },
    )
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    expect(alive(pid)).toBe(false)
  })

  it('ends when its parent is killed', async () => {
    const script = `
      const { runJob } = await import(${url('electron/tasks/process/run-job.ts')})
      await runJob('wait', {}, { worker: process.argv[1], onProgress: progress => process.stdout.write(progress.done + '\\n') })
    `
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script, worker], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('../../../..', import.meta.url)),
    })
    const [line] = (await once(parent.stdout!, 'data')) as [Buffer]
    const pid = Number(line.toString())
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await gone(pid)
  })
})
