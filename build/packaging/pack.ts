/**
 * Packs the app: `npm run pack -- [linux|win|mac] [x64|arm64] [--dir]`. Builds the renderer and the Electron side,
 * assembles the backend, and runs electron-builder, which fetches Electron's binary.
 */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Arch, build, Platform, type Configuration } from 'electron-builder'
import { backendList } from '../../electron/shell/places.ts'
import { bundleElectron } from '../bundle-electron.ts'
import { writeBackendFiles } from './backend-files.ts'
import config from './electron-builder.ts'
import { stage } from './stage.ts'
import { hostTarget } from './targets.ts'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const platforms = { linux: Platform.LINUX, win: Platform.WINDOWS, mac: Platform.MAC }

/** Packs for one system; `more` overrides the configuration (tests give a stand-in for Electron's binary). */
export async function pack(options: {
  os: keyof typeof platforms
  arch: 'x64' | 'arm64'
  /** Only the unpacked folder, no installer. */
  dir?: boolean
  more?: Configuration
  /** Build the renderer first. */
  renderer?: boolean
}): Promise<string[]> {
  const { os, arch, dir = false, more = {}, renderer = true } = options
  if (renderer) {
    const built = spawnSync(process.execPath, [join(root, 'build', 'build-renderer.mjs')], {
      cwd: root,
      stdio: 'inherit',
    })
    if (built.status !== 0) throw new Error('the renderer could not be built; see above')
  }
  await bundleElectron()
  const staged = stage(`${os}-${arch}`)
  await writeBackendFiles(staged, join(root, 'dist', 'electron', backendList), os === 'mac')
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
  const os = (words.find(word => word in platforms) ?? hostOs) as keyof typeof platforms
  const arch = (words.find(word => word === 'x64' || word === 'arm64') ?? hostArch) as 'x64' | 'arm64'
  for (const file of await pack({ os, arch, dir: words.includes('--dir') })) process.stdout.write(`${file}\n`)
}
