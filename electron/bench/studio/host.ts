/**
 * Runs the studio on a project without image files, for the benchmark: the real backend behind its socket, as in the
 * desktop app, and a host in front of it that answers thumbnails with one small image and forwards everything else.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request, Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fail } from '../../../core/base/error.ts'
import { encodeJpeg } from '../../../core/image/encode.ts'

export interface BenchHost {
  /** Without a trailing slash. */
  url: string
  /** Milliseconds from the start of the process until it was ready. */
  start: number
  close(): Promise<void>
}

const main = fileURLToPath(new URL('../../backend/main.ts', import.meta.url))

/** Starts both; `renderer`: folder of the built renderer. */
export async function openBenchHost(renderer: string): Promise<BenchHost> {
  const dir = mkdtempSync(join(tmpdir(), 'relabel-bench-'))
  const socketPath =
    process.platform === 'win32' ? `\\\\.\\pipe\\relabel-bench-${process.pid}` : join(dir, 'backend.sock')
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [main, '--socket', socketPath, '--renderer', renderer, '--home', join(dir, 'home'), '--with-parent'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  let start = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (!(JSON.parse(line) as { ready?: boolean }).ready) continue
    start = performance.now() - began
    break
  }
  if (start === 0) fail('disk', 'the backend ended before it was ready; its messages are above')
  const thumbnail = await gray(160)
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })

  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (incoming.url?.includes('/thumbnail/')) {
      outgoing.writeHead(200, { 'content-type': 'image/jpeg', 'cache-control': 'private, no-cache' })
      outgoing.end(thumbnail)
      return
    }
    const { url: path = '/', method = 'GET', headers } = incoming
    const inner = request({ socketPath, path, method, headers, agent }, answer => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    inner.on('error', () => outgoing.destroy())
    outgoing.on('close', () => inner.destroy())
    incoming.pipe(inner)
  }

  const server = createServer(pass)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    start,
    async close() {
      server.closeAllConnections()
      server.close()
      agent.destroy()
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.stdin.end()
      child.kill('SIGTERM')
      await ended
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

const gray = (side: number): Promise<Uint8Array> =>
  encodeJpeg(new Uint8Array(side * side * 3).fill(120), side, side)
