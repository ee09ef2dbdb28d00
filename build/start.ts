/**
 * `npm start`: opens the studio on the sample, in the desktop app if Electron's binary is there or can be downloaded,
 * else in the browser. `--browser` does not try Electron; `--no-open` only prints the address.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostInBrowser } from './browser-host.ts'
import { buildRenderer } from './fresh-renderer.ts'
import { endWithLauncher } from '../electron/tasks/process/end-with-launcher.ts'
import { spawnLinked } from './end-with-parent.mjs'
import { exitCode, passSignals } from './pass-signals.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Electron's executable, or null if only its types are installed. */
function electronBinary(): string | null {
  const dir = join(root, 'node_modules', 'electron')
  const name = join(dir, 'path.txt')
  if (!existsSync(name)) return null
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(dir, 'dist')
  const binary = join(dist, readFileSync(name, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

/** Downloads the binary, which installing the package does not do; false if that fails. */
function downloadElectron(): boolean {
  process.stderr.write(
    'relabel: downloading Electron (once, about 110 MB); to skip this, press Ctrl-C and start with --browser …\n',
  )
  const script = join(root, 'node_modules', 'electron', 'install.js')
  const done = spawnSync(process.execPath, [script], { stdio: 'ignore', timeout: 600_000 })
  return done.status === 0
}

/** A window needs a display: on Linux one of the two display servers. */
const hasScreen =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])

function findElectron(): string | null {
  if (!hasScreen) return null
  return electronBinary() ?? (downloadElectron() ? electronBinary() : null)
}

const args = process.argv.slice(2)
const ours = ['--no-open', '--browser']
const rest = args.filter(arg => !ours.includes(arg))
buildRenderer()
const electron = args.includes('--browser') ? null : findElectron()
if (electron === null) {
  if (!args.includes('--browser'))
    process.stderr.write(
      `relabel: ${hasScreen ? 'Electron could not be downloaded' : 'there is no display'}, so the studio opens in the browser\n`,
    )
  hostInBrowser(['--sample', ...rest], { open: !args.includes('--no-open') })
} else {
  const { bundleElectron } = await import('./bundle-electron.ts')
  await bundleElectron()
  const child = spawnLinked(electron, [root, '--sample', ...rest])
  endWithLauncher()
  passSignals(child)
  child.on('close', (code, signal) => process.exit(exitCode(code, signal)))
}
