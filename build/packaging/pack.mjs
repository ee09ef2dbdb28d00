/**
 * Packs the app: `npm run pack -- [linux|win|mac] [x64|arm64] [--dir]`. Builds the renderer and the Electron side,
 * assembles the backend, and runs electron-builder, which fetches Electron's binary.
 */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Arch, build, Platform } from 'electron-builder'
import { bundleElectron } from '../bundle-electron.mjs'
import config from './electron-builder.mjs'
import { stage } from './stage.mjs'
import { hostTarget } from './targets.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const platforms = { linux: Platform.LINUX, win: Platform.WINDOWS, mac: Platform.MAC }

/** Packs for one system; `more` overrides the configuration (tests give a stand-in for Electron's binary). */
export async function pack({ os, arch, dir = false, more = {}, renderer = true }) {
  if (renderer) {
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    const built = spawnSync(process.execPath, [vite, 'build', '--config', 'build/vite.config.ts'], {
      cwd: root,
      stdio: 'inherit',
    })
    if (built.status !== 0) throw new Error('the renderer could not be built; see above')
  }
  await bundleElectron()
  stage(`${os}-${arch}`)
  return build({
    targets: platforms[os].createTarget(dir ? 'dir' : null, Arch[arch]),
    projectDir: root,
    config: { ...config, ...more },
    publish: 'never',
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const words = process.argv.slice(2)
  const [hostOs, hostArch] = hostTarget.split('-')
  const os = words.find(word => word in platforms) ?? hostOs
  const arch = words.find(word => word === 'x64' || word === 'arm64') ?? hostArch
  for (const file of await pack({ os, arch, dir: words.includes('--dir') })) process.stdout.write(`${file}\n`)
}
