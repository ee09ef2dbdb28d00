/** Declarations for TypeScript: the desktop bridge, and .vue files as components. */
import type { DesktopBridge } from '../core/contract/desktop.ts'

declare global {
  interface Window {
    /** Offered by the desktop app's preload script; absent in a browser. */
    desktop?: DesktopBridge
  }
}
