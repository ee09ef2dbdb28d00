/** `npm start`: the desktop app where Electron's binary is installed, else the sample in the browser. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostInBrowser } from './browser-host.ts'
import { buildRenderer } from './fresh-renderer.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Electron's executable, or null where only its types are installed. */
function electronBinary(): string | null {
  const dir = join(root, 'node_modules', 'electron')
  const name = join(dir, 'path.txt')
  if (!existsSync(name)) return null
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(dir, 'dist')
  const binary = join(dist, readFileSync(name, 'utf8').trim())
  return existsSync(binary) ? binary : null
}

const words = process.argv.slice(2)
buildRenderer()
const electron = electronBinary()
if (electron === null) {
  process.stderr.write('relabel: Electron is not installed here, so the studio opens in the browser\n')
  const rest = words.filter(word => word !== '--no-open')
  hostInBrowser(['--sample', ...rest], { open: !words.includes('--no-open') })
} else {
  const { bundleElectron } = await import('./bundle-electron.ts')
  await bundleElectron()
  const child = spawn(electron, [root, ...words], { stdio: 'inherit' })
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('close', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
