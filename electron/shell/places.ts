/** Where the app's parts lie: in a packaged app beside the executable, in development in the source tree. */
import { join } from 'node:path'

export interface Places {
  /** Node 24, which runs the backend. */
  node: string
  /** The backend's entry. */
  backend: string
  /** The built renderer. */
  renderer: string
  /** Settings, recent projects, the sample, window state. */
  home: string
}

/** Packaged, `resources` holds `backend/` (sources, packages and Node of the target platform); the renderer is in the asar at `root`. */
export function placesOf(app: { packaged: boolean; resources: string; root: string; home: string }): Places {
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  const base = app.packaged ? join(app.resources, 'backend') : app.root
  return {
    node: app.packaged ? join(base, 'bin', binary) : join(base, 'node_modules', 'node', 'bin', binary),
    backend: join(base, 'electron', 'backend', 'main.ts'),
    renderer: join(app.root, 'dist', 'renderer'),
    home: app.home,
  }
}
