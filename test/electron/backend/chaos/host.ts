/** A real backend on a socket, started and killed at will, with a client that needs nothing but the socket. */
import { spawn, type ChildProcess } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { childrenOf } from '../../children.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')

export interface Host {
  pid: number
  call<Answer>(name: string, input?: object): Promise<Answer>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Process ids of its job workers. */
  workers(): number[]
  /** Ends it in order. */
  stop(): Promise<void>
}

function post(socketPath: string, name: string, input: object): Promise<{ status: number; text: string }> {
  const body = Buffer.from(JSON.stringify(input))
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath,
        path: `/api/call/${name}`,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': body.length, host: 'localhost' },
      },
      incoming => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
        incoming.on('error', reject)
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Starts a backend with its files in `home`, listening on `socket`. */
export async function startHost(home: string, socket: string): Promise<Host> {
  const entry = join(root, 'electron', 'backend', 'main.ts')
  const child: ChildProcess = spawn(process.execPath, [entry, '--socket', socket, '--home', home], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text))
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => text.includes('"ready"') && resolve())
    child.once('close', code =>
      reject(new Error(`the backend ended with ${code} before it was ready: ${said}`)),
    )
  })
  return {
    pid: child.pid!,
    async call<Answer>(name: string, input: object = {}): Promise<Answer> {
      const { status, text } = await post(socket, name, input)
      if (status !== 200) throw new Error(`${name}: ${status} ${text}`)
      return JSON.parse(text) as Answer
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
    workers: () => childrenOf(child.pid, 'tasks/worker'),
    async stop() {
      child.kill('SIGTERM')
      await closed
    },
  }
}
