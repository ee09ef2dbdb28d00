/** The backend's command-line options. */
import { homedir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fail, messageOf } from '../../core/base/error.ts'

export interface BackendOptions {
  /** 127.0.0.1 with a token (port 0: any free one), or a Unix socket or named pipe. */
  listen: { port: number } | { socket: string }
  /** The renderer's built files; null: only the API. */
  renderer: string | null
  /** A project to open at start. */
  project: string | null
  /** Open the sample at start, creating it if it does not exist yet. */
  sample: boolean
  /** Settings, recent projects, the sample. */
  home: string
  /** Exit when stdin ends, because the parent process is gone. */
  withParent: boolean
}

/** The system's folder for user settings; RELABEL_HOME overrides it. */
function defaultHome(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env['RELABEL_HOME']) return resolve(env['RELABEL_HOME'])
  if (platform === 'win32')
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'Relabel Studio')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Relabel Studio')
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'relabel-studio')
}

/** The account's name, for corrections. */
export function accountName(): string {
  try {
    return userInfo().username.slice(0, 200) || 'me'
  } catch {
    return 'me' // a container without a passwd entry for its user
  }
}

/** Parses argv (without Node and script); throws `usage`. */
export function parseOptions(argv: readonly string[]): BackendOptions {
  let values
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        socket: { type: 'string' },
        renderer: { type: 'string' },
        project: { type: 'string' },
        sample: { type: 'boolean', default: false },
        home: { type: 'string' },
        'with-parent': { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return fail('usage', messageOf(error))
  }
  const { port, socket, renderer, project, home } = values
  if ((port === undefined) === (socket === undefined)) fail('usage', 'give either --port N or --socket PATH')
  const number = Number(port ?? 0)
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    fail('usage', `--port takes a number from 0 (any free port) to 65535, not "${port}"`)
  return {
    listen: socket === undefined ? { port: number } : { socket },
    renderer: renderer === undefined ? null : resolve(renderer),
    project: project === undefined ? null : resolve(project),
    sample: values.sample,
    home: home === undefined ? defaultHome() : resolve(home),
    withParent: values['with-parent'],
  }
}
