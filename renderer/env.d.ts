/** What TypeScript cannot know by itself: the desktop bridge, and that .vue files are components. */
import type { DesktopBridge } from '../core/contract/desktop.ts'

declare global {
  interface Window {
    /** Offered by the desktop app's preload script; absent in a browser. */
    desktop?: DesktopBridge
  }
}
