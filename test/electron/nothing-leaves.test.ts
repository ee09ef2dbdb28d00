/** Nothing leaves the machine: real models run in every kind of process and thread, with a home folder and a network that stay untouched. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endOf, runCli, writeImages, writeTiny, type CliResult } from './cli-run.ts'
import { outwardSockets, tellsSockets } from './sockets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const cli = join(root, 'electron/cli.ts')
let dir: string
let model: string
const at = (...names: string[]): string => join(dir, ...names)

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-leaves-'))
  model = await writeTiny(at('tiny.onnx'))
  await writeImages(at('images'), ['cat', 'dog', 'owl'], 3)
  expect((await runCli('new', at('project'), '--images', at('images'))).status).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Left extends CliResult {
  /** Everything below the home folder. */
  home: string[]
  sockets: string[]
}

/** Runs Node with an empty home and none of the variables by which libraries recognise a test machine. */
async function runClean(name: string, args: string[]): Promise<Left> {
  const home = at(`home-${name}`)
  mkdirSync(home)
  const env = { PATH: process.env['PATH'], TMPDIR: dir, HOME: home, USERPROFILE: home, LOCALAPPDATA: home }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const sockets = new Set<string>()
  const look = setInterval(() => {
    if (tellsSockets && child.pid !== undefined) for (const one of outwardSockets(child.pid)) sockets.add(one)
  }, 50)
  const result = await endOf(child)
  clearInterval(look)
  return {
    ...result,
    home: readdirSync(home, { recursive: true }) as string[],
    sockets: [...sockets],
  }
}

const small = ['--size', '48', '--mean', '.5,.5,.5', '--std', '.5,.5,.5', '--top-k', '2']

describe('a command that runs a model', () => {
  it.each<[string, () => string[]]>([
    ['in its own process', () => ['doctor']],
    ['in a child', () => ['annotator', 'check', model, '--size', '48']],
    ['in a child with threads', () => ['annotate', at('project'), '--model', model, ...small]],
  ])('%s writes nothing at home and asks no other machine', async (name, words) => {
    const { status, stderr, home, sockets } = await runClean(name.replaceAll(' ', '-'), [cli, ...words()])
    expect(stderr + String(status)).toMatch(/0$/)
    expect(home).toEqual([])
    expect(sockets).toEqual([])
  })
})

describe('a script that uses the library', () => {
  const index = pathToFileURL(join(root, 'core/index.ts')).href
  const train = (): string => `
    const { createTrainer, readOnnx } = await import(${JSON.stringify(index)})
    const trainer = await createTrainer(await readOnnx(${JSON.stringify(model)}),
      { batch: 1, input: [3, 16, 16], classes: 3, optimizer: { kind: 'sgd' } })
    await trainer.step(new Float32Array(768), new Float32Array([1, 0, 0]), 0.1)
    await trainer.close()
    console.log('trained')`

  const script = (name: string, text: string): string => {
    writeFileSync(at(name), text)
    return at(name)
  }
  const inThread = (options: string): string => `
    import { Worker } from 'node:worker_threads'
    ${options.includes('after') ? `await import(${JSON.stringify(index)})` : ''}
    const worker = new Worker(new URL('thread.mjs', import.meta.url), { ${options.replace('after', '')} })
    worker.on('error', error => { console.log(error.message) })`

  it('leaves nothing in its main thread, nor in a thread that was started after', async () => {
    script('thread.mjs', train())
    for (const [name, text] of [
      ['main', train()],
      ['after', inThread('after')],
      ['shared', `import { SHARE_ENV } from 'node:worker_threads'\n${inThread('env: SHARE_ENV')}`],
    ] as const) {
      const { stdout, stderr, home, sockets } = await runClean(name, [script(`${name}.mjs`, text)])
      expect(stdout, stderr).toBe('trained\n')
      expect(home).toEqual([])
      expect(sockets).toEqual([])
    }
  })

  it('is refused in a thread that cannot switch the reports off, with the way out', async () => {
    script('thread.mjs', train())
    const { stdout, home } = await runClean('thread-alone', [script('alone.mjs', inThread(''))])
    expect(stdout).toMatch(/set ORT_DISABLE_TELEMETRY=1 in the environment, or load the engine in the main/)
    expect(home).toEqual([])
  })
})

describe.runIf(tellsSockets)('the look at sockets', () => {
  it('sees a datagram socket of a grandchild, and not a connection to this machine', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const connected = new Promise<Socket>(resolve => server.once('connection', resolve))
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const inner = `require('node:net').connect(${port}, '127.0.0.1').on('close', () => process.exit()); require('node:dgram').createSocket('udp4').bind(0)`
    const outer = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(inner)}])`
    const child = spawn(process.execPath, ['-e', outer], { stdio: 'ignore' })
    try {
      const socket = await connected
      await expect.poll(() => outwardSockets(child.pid!)).toEqual(['udp 00000000:0000'])
      socket.destroy()
    } finally {
      child.kill('SIGKILL')
      server.close()
    }
  })
})
