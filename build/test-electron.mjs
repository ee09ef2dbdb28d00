/**
 * `npm run test:electron`: runs the smoke test in a real Electron if its binary is installed, and says so if it is not.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist')
if (!existsSync(dist)) {
  process.stdout.write(
    `skipped: Electron's binary is not installed (${dist} does not exist); "npx install-electron" downloads it\n`,
  )
  process.exit(0)
}
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const done = spawnSync(process.execPath, [vitest, 'run', '--config', 'build/vitest.electron.config.ts'], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(done.status ?? 1)
