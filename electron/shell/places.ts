/** Where the app's parts lie: in a packaged app beside the executable, in development in the source tree. */
import { join } from 'node:path'

export interface Places {
  /** Node 24, which runs the backend. */
  node: string
  /** The backend's entry. */
  backend: string
  /** The built renderer. */
  renderer: string
  /** The backend's folder and the list of its files, which it has to agree with; null in development. */
  sealed: { dir: string; list: string } | null
  /** Settings, recent projects, the sample, window state. */
  home: string
}

/** Name of the list of the backend's files; packing writes it, the start checks it. */
export const backendList = 'backend-files.json'

/** Packaged, `resources` holds `backend/` (sources, packages and Node of the target platform); the renderer is in the asar at `root`. */
export function placesOf(app: { packaged: boolean; resources: string; root: string; home: string }): Places {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const base = app.packaged ? join(app.resources, 'backend') : app.root
  return {
    node: app.packaged ? join(base, 'bin', binary) : join(base, 'node_modules', 'node', 'bin', binary),
    backend: join(base, 'electron', 'backend', 'main.ts'),
    renderer: join(app.root, 'dist', 'renderer'),
    sealed: app.packaged ? { dir: base, list: join(app.root, 'dist', 'electron', backendList) } : null,
    home: app.home,
  }
}
