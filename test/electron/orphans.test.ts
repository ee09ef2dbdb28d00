/** Whoever is killed with SIGKILL, everything that it started ends, in order, and the project is free again. */
import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openProject } from '../../core/project/project.ts'
import { childrenOf } from './children.ts'
import { runCli, writeImages, writeTiny } from './cli-run.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let dir: string
const at = (...names: string[]): string => join(dir, ...names)
let model: string
const started: ChildProcess[] = []
/** As `build/launch.mjs` does it, which would also install packages. */
let launcher: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-orphans-'))
  launcher = at('launcher.mjs')
  writeFileSync(
    launcher,
    `import { endWithParent, spawnLinked } from ${JSON.stringify(pathToFileURL(join(root, 'build/end-with-parent.mjs')).href)}
    endWithParent()
    spawnLinked(process.execPath, process.argv.slice(2))`,
  )
  model = await writeTiny(at('tiny.onnx'))
  await writeImages(at('images'), ['cat', 'dog', 'owl'], 60)
  expect((await runCli('new', at('base'), '--images', at('images'))).status).toBe(0)
})
afterEach(() => {
  for (const child of started.splice(0))
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // nothing of its group is left, as it should be
    }
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Starts a launcher in a group of its own and collects what it prints. */
function launch(args: string[]): { child: ChildProcess; text: () => string } {
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return { child, text: () => text }
}

const familyOf = (pid: number): number[] => childrenOf(pid, '').flatMap(child => [child, ...familyOf(child)])

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Kills `victim`; all of `below` must end, and the project must open again. */
async function killAndExpectNobody(victim: number, below: number[], project: string): Promise<void> {
  expect(below.length).toBeGreaterThan(0)
  process.kill(victim, 'SIGKILL')
  await expect.poll(() => below.filter(isAlive)).toEqual([])
  openProject(project).close()
}

describe.skipIf(process.platform === 'win32')('a command with a job', () => {
  const small = ['--size', '48', '--mean', '.5,.5,.5', '--std', '.5,.5,.5', '--top-k', '2', '--batch', '1']
  const begin = async (name: string) => {
    cpSync(at('base'), at(name), { recursive: true })
    const words = ['annotate', at(name), '--model', model, ...small]
    const { child, text } = launch([launcher, join(root, 'electron/cli.ts'), ...words])
    await expect.poll(() => familyOf(child.pid!).length).toBeGreaterThanOrEqual(2)
    const [command = 0, job = 0] = familyOf(child.pid!)
    await expect.poll(() => existsSync(at(name, 'annotations/a1')), { message: text() }).toBe(true)
    return { top: child.pid!, command, job, project: at(name) }
  }

  it('ends with its launcher', async () => {
    const { top, command, job, project } = await begin('launcher')
    await killAndExpectNobody(top, [command, job], project)
  })
  it('takes its job with it', async () => {
    const { top, command, job, project } = await begin('command')
    await killAndExpectNobody(command, [top, job], project)
  })
})

describe.skipIf(process.platform === 'win32')('a studio in the browser', () => {
  const begin = async (name: string) => {
    cpSync(at('base'), at(name), { recursive: true })
    const host = at(`${name}.mjs`)
    writeFileSync(
      host,
      `import { hostInBrowser } from ${JSON.stringify(pathToFileURL(join(root, 'build/browser-host.ts')).href)}
      hostInBrowser(['--home', ${JSON.stringify(at(`${name}-home`))}, '--project', ${JSON.stringify(at(name))}], { open: false })`,
    )
    const { child, text } = launch([launcher, host])
    await expect.poll(text).toContain('Relabel Studio is at')
    const [hosting = 0, backend = 0] = familyOf(child.pid!)
    expect(isAlive(backend)).toBe(true)
    return { top: child.pid!, hosting, backend, project: at(name) }
  }

  it('ends with its launcher', async () => {
    const { top, hosting, backend, project } = await begin('studio-launcher')
    await killAndExpectNobody(top, [hosting, backend], project)
  })
  it('ends with its host', async () => {
    const { top, hosting, backend, project } = await begin('studio-host')
    await killAndExpectNobody(hosting, [top, backend], project)
  })
})

describe.skipIf(process.platform === 'win32')('the desktop app', () => {
  it('takes its backend and the job with it', async () => {
    const project = at('desktop')
    cpSync(at('base'), project, { recursive: true })
    const request = {
      model,
      classes: null,
      split: 'train',
      size: 48,
      resize: 'squash',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      topK: 2,
      batch: 1,
      logits: 'fp16',
      provider: null,
      threads: 1,
      workers: 1,
      acceptApproximation: false,
    }
    const places = {
      node: process.execPath,
      backend: join(root, 'electron/backend/main.ts'),
      renderer: dir,
      sealed: null,
      home: at('desktop-home'),
    }
    // What the main process does, in a process that can be killed without Electron.
    const shell = at('desktop.mjs')
    writeFileSync(
      shell,
      `import { ask, startBackend } from ${JSON.stringify(pathToFileURL(join(root, 'electron/shell/backend.ts')).href)}
      const backend = startBackend(${JSON.stringify(places)}, ['--project', ${JSON.stringify(project)}])
      await ask(backend, 'jobs.add', { kind: 'annotate', request: ${JSON.stringify(request)} })
      console.log('asked')`,
    )
    const { child, text } = launch([shell])
    await expect.poll(text).toContain('asked')
    await expect.poll(() => existsSync(join(project, 'annotations/a1')), { message: text() }).toBe(true)
    const [backend = 0, ...jobs] = familyOf(child.pid!)
    expect(jobs.length).toBeGreaterThan(0)
    expect(() => openProject(project)).toThrow(/open|lock/)
    await killAndExpectNobody(child.pid!, [backend, ...jobs], project)
  })
})

describe.skipIf(process.platform === 'win32')('a launcher', () => {
  it('ends when the shell that started it is killed', async () => {
    const script = at('sleeper.mjs')
    const lib = pathToFileURL(join(root, 'build/end-with-parent.mjs')).href
    writeFileSync(
      script,
      `import { endWithParent } from ${JSON.stringify(lib)}
      endWithParent()
      setInterval(() => {}, 1e6)
      console.log('up')`,
    )
    const { child, text } = launch([
      '-e',
      `require('node:child_process').spawn(process.execPath, [${JSON.stringify(script)}], { stdio: 'inherit' })`,
    ])
    await expect.poll(text).toContain('up')
    const below = familyOf(child.pid!)
    expect(below).toHaveLength(1)
    process.kill(child.pid!, 'SIGKILL')
    await expect.poll(() => below.filter(isAlive)).toEqual([])
  })
})
