/** A real backend as a child process, and requests to it with every header in the test's hand. */
import { spawn, type ChildProcess } from 'node:child_process'
import { request } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { importImageFolder } from '../../../core/dataset/import.ts'
import { createProject } from '../../../core/project/project.ts'

const main = fileURLToPath(new URL('../../../electron/backend/main.ts', import.meta.url))

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  text: string
  json: unknown
}

export interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** Leaves the cookie out. */
  stranger?: boolean
}

export interface Host {
  child: ChildProcess
  port: number
  url: string
  cookie: string
  stderr: () => string
  ask(path: string, options?: Ask): Promise<Answer>
  call(name: string, input?: unknown): Promise<Answer>
  stop(): Promise<number | null>
}

/** One request; `where` is a port or a socket. */
export function send(
  where: { port: number } | { socketPath: string },
  path: string,
  ask: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', ...where, path, method: ask.method ?? 'GET', headers: ask.headers ?? {} },
      incoming => {
        const parts: Buffer[] = []
        incoming.on('data', (part: Buffer) => parts.push(part))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const body = Buffer.concat(parts)
          const text = body.toString('utf8')
          const isJson = String(incoming.headers['content-type']).startsWith('application/json')
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body,
            text,
            json: isJson ? (JSON.parse(text) as unknown) : null,
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(ask.body)
  })
}

/** Starts a backend; resolves with the JSON line it prints. Rejects with what it says where it ends instead. */
export function launch(
  words: readonly string[],
  wrap: readonly string[] = [],
): Promise<{ child: ChildProcess; ready: { url?: string; socket?: string }; stderr: () => string }> {
  const [command, ...args] = [...wrap, process.execPath, main, ...words]
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line =>
      resolve({ child, ready: JSON.parse(line) as { url?: string; socket?: string }, stderr: () => stderr }),
    )
    child.on('close', code => reject(new Error(`exit ${code}: ${stderr}`)))
  })
}

/** A backend on a port, with the cookie of its first visit. */
export async function openHost(words: readonly string[], wrap: readonly string[] = []): Promise<Host> {
  const { child, ready, stderr } = await launch(['--port', '0', ...words], wrap)
  const url = new URL(ready.url!)
  const port = Number(url.port)
  const first = await send({ port }, `/${url.search}`)
  const cookie = String(first.headers['set-cookie']).split(';')[0]!
  const ask: Host['ask'] = (path, { headers, stranger, ...rest } = {}) =>
    send({ port }, path, { ...rest, headers: { ...(stranger ? {} : { cookie }), ...headers } })
  return {
    child,
    port,
    cookie,
    stderr,
    ask,
    url: ready.url!,
    call: (name, input = {}) =>
      ask(`/api/call/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      }),
    stop: () => stop(child),
  }
}

/** Asks a child to end and waits for it. */
export function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode)
  return new Promise(resolve => {
    child.once('close', code => resolve(code))
    child.kill(signal)
  })
}

/** A folder of the test's own. */
export const scratch = (): string => mkdtempSync(join(tmpdir(), 'relabel-backend-'))
export const drop = (dir: string): void => rmSync(dir, { recursive: true, force: true })

/** A one-coloured PNG. */
export async function png(file: string, colour = '#3366cc', width = 24, height = 16): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  await sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toFile(file)
}

/** A project of the images below `dir/images`, one folder per class, in `dir/project`. */
export async function projectOf(dir: string): Promise<string> {
  const project = createProject(join(dir, 'project'), {
    name: 'Test',
    classes: ['cat', 'dog'].map((name, index) => ({ index, name })),
  })
  try {
    await importImageFolder(project, { split: 'train', dir: join(dir, 'images') })
  } finally {
    project.close()
  }
  return join(dir, 'project')
}
