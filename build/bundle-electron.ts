/**
 * Bundles the Electron side into dist/electron: main.js (a module) and preload.cjs (sandboxed preload scripts cannot be
 * modules or have imports). Run as a script, or import `bundleElectron`.
 */
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Bundles one entry with everything except Electron itself, so that the asar needs no packages. */
async function bundle(entry: string, format: 'es' | 'cjs', file: string, outDir: string): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['electron'], target: 'node' },
    build: {
      ssr: join(root, entry),
      outDir,
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        external: ['electron'],
        output: { format, entryFileNames: file, chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
}

/** Writes both files; `outDir` is emptied first. */
export async function bundleElectron(outDir = join(root, 'dist', 'electron')): Promise<void> {
  rmSync(outDir, { recursive: true, force: true })
  await bundle('electron/main.ts', 'es', 'main.js', outDir)
  await bundle('electron/preload.ts', 'cjs', 'preload.cjs', outDir)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await bundleElectron()
