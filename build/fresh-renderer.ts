/** Builds the renderer if it is missing or older than its sources. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Folder of the built renderer. */
export const rendererDir = join(root, 'dist', 'renderer')

/** Time of the newest file below a path, ms; 0 where there is none. */
function newest(path: string): number {
  const info = statSync(path, { throwIfNoEntry: false })
  if (!info) return 0
  if (!info.isDirectory()) return info.mtimeMs
  let time = info.mtimeMs // removing a file changes only its folder
  for (const name of readdirSync(path)) time = Math.max(time, newest(join(path, name)))
  return time
}

/** Whether `built` exists and is at least as new as its sources. */
export function isFresh(built: string, sources: readonly string[]): boolean {
  const made = statSync(built, { throwIfNoEntry: false })?.mtimeMs
  return made !== undefined && sources.every(source => newest(source) <= made)
}

const sources = [
  'renderer',
  'core',
  'build/vite.config.ts',
  'build/build-renderer.mjs',
  'package-lock.json',
].map(name => join(root, name))

/** Whether nothing has to be built. */
export const rendererIsFresh = (): boolean => isFresh(join(rendererDir, 'index.html'), sources)

/** Builds if necessary; the build's output goes to stderr. Exits if it fails. */
export function buildRenderer(): void {
  if (rendererIsFresh()) return
  process.stderr.write('relabel: building the user interface (once; takes a few seconds) …\n')
  const script = join(root, 'build', 'build-renderer.mjs')
  const done = spawnSync(process.execPath, [script, '--quiet'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.status === 0 && existsSync(join(rendererDir, 'index.html'))) return
  process.stderr.write('relabel: the user interface could not be built; see the messages above\n')
  process.exit(1)
}
