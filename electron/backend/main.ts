/** The backend process: one local server for one window, in the desktop app and in a browser alike. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { messageOf, RelabelError } from '../../core/base/error.ts'
import { log } from '../tasks/process/log.ts'
import { packageVersion } from '../tasks/process/version.ts'
import { createAccess } from './access.ts'
import type { BackendParts } from './context.ts'
import { createEventHub } from './events.ts'
import { handlers } from './handlers/index.ts'
import { openHome } from './home.ts'
import { createMedia } from './media/index.ts'
import { parseOptions, type BackendOptions } from './options.ts'
import { ensureSample } from './sample.ts'
import { createHttpServer, listenOnPort, listenOnSocket } from './server.ts'
import { createSession } from './session.ts'

enableCompileCache()

/** The project to open at start: the requested one, or the one that was open when the last launch was killed. */
async function openFirst(options: BackendOptions, parts: BackendParts): Promise<void> {
  const { session, home, sampleDir, events } = parts
  const interrupted = home.interrupted()
  if (options.project !== null) await session.open(options.project, {})
  else if (options.sample) await session.openMade(() => ensureSample(sampleDir, events), {})
  else if (interrupted !== null)
    await session.open(interrupted, {}).catch((error: unknown) => {
      log.error(`${interrupted} was open before and could not be opened again: ${messageOf(error)}`)
      home.noteOpen(null)
    })
}

async function start(options: BackendOptions): Promise<void> {
  const home = openHome(options.home)
  const sampleDir = join(home.dir, 'sample')
  const events = createEventHub({ launch: `${process.pid.toString(36)}${Date.now().toString(36)}` })
  const session = createSession({ home, events, sampleDir })
  const media = createMedia()
  const parts: BackendParts = { version: packageVersion(), home, events, session, media, sampleDir }
  const access = 'port' in options.listen ? createAccess() : null
  let port = 0
  const server = createHttpServer({
    parts,
    handlers,
    access,
    port: () => port,
    renderer: options.renderer,
  })

  let ending: Promise<void> | undefined
  const end = (code: number): Promise<void> =>
    (ending ??= (async () => {
      // A hanging operation must not keep the program from ending.
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), 30_000).unref()
      events.close()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeIdleConnections()
      await session.end().catch((error: unknown) => log.error('the project did not close in order', error))
      await media.close()
      server.closeAllConnections()
      await closed
      process.exit(code)
    })())
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end(0))
  if (options.withParent) {
    process.stdin.resume()
    process.stdin.on('end', () => void end(0))
    process.stdin.on('error', () => void end(0))
  }

  if ('port' in options.listen) port = await listenOnPort(server, options.listen.port)
  else await listenOnSocket(server, options.listen.socket)
  try {
    await openFirst(options, parts)
  } catch (error) {
    log.error(messageOf(error))
    await end(1)
    return
  }
  const where = access
    ? { url: access.url(port) }
    : { socket: 'socket' in options.listen ? options.listen.socket : '' }
  log.info(`version ${parts.version} is ready at ${access ? `port ${port}` : where.socket}`)
  process.stdout.on('error', () => {}) // the parent process may have stopped reading
  process.stdout.write(`${JSON.stringify({ ready: true, ...where })}\n`)
}

try {
  await start(parseOptions(process.argv.slice(2)))
} catch (error) {
  if (error instanceof RelabelError) log.error(error.message)
  else log.error('the backend could not be started', error)
  process.exit(error instanceof RelabelError && error.code === 'usage' ? 2 : 1)
}
