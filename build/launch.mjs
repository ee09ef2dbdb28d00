/**
 * Sets the project up if needed, then runs a command on the project's own Node: `node build/launch.mjs <script> [args…]`.
 *
 * It runs on any Node ≥ 20 and imports nothing that has to be installed first, so `npm test`, `npm run demo` and
 * `npm start` work as the first command in a fresh clone.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithParent, spawnLinked } from './end-with-parent.mjs'
import { exitCode, passSignals } from './pass-signals.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stamp = join(root, 'node_modules', '.relabel-installed')
const binaries = join(root, 'node_modules', '.bin')

function fail(message, code = 1) {
  process.stderr.write(`relabel: ${message}\n`)
  process.exit(code)
}

/** The inputs of an installation: the lock file, the settings and the platform. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const name of ['package-lock.json', '.npmrc']) hash.update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

function install() {
  const wanted = fingerprint()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  process.stderr.write('relabel: installing packages (npm ci, only once) …\n')
  const env = { ...process.env, npm_config_loglevel: process.env.npm_config_loglevel ?? 'error' }
  const npm = process.env.npm_execpath
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']]
  const done = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (done.status !== 0)
    fail(
      'npm ci failed; see its messages above. Check the connection to the npm registry and run the same command again.',
    )
  writeFileSync(stamp, wanted)
}

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19))
  fail(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`)

const [target, ...args] = process.argv.slice(2)
if (!target) fail('usage: node build/launch.mjs SCRIPT [ARGS…]', 2)
install()

// The npm package `node` provides Node 24 for everything that follows, regardless of the system's version.
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
if (!existsSync(node)) fail(`${node} is missing; delete node_modules and run the same command again.`)
const env = {
  ...process.env,
  PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}`,
  // ONNX Runtime would report usage; core/engine also switches that off, for programs that do not use this launcher.
  ORT_DISABLE_TELEMETRY: '1',
}
const child = spawnLinked(node, [join(root, target), ...args], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  env,
})
endWithParent()
passSignals(child, 1000)
child.on('error', error => fail(error.message))
child.on('close', (code, signal) => process.exit(exitCode(code, signal)))
