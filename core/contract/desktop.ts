/** The bridge that the desktop app's preload script offers to the renderer as `window.desktop`; absent in a browser. */

/** What a menu entry or the system asks of the renderer. */
export type DesktopCommand =
  | { kind: 'go'; to: string }
  | { kind: 'open-project'; dir: string }
  | { kind: 'open-sample' }
  | { kind: 'new-project' }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'help' }

export interface DesktopBridge {
  platform: string
  /** Native dialogs; null where the person cancelled. */
  pickFolder(options: { title: string; start?: string | undefined }): Promise<string | null>
  pickFile(options: {
    title: string
    kind: 'onnx' | 'classes'
    start?: string | undefined
  }): Promise<string | null>
  /** Opens a folder of ours in the system's file manager. */
  showFolder(dir: string): Promise<void>
  onCommand(listener: (command: DesktopCommand) => void): () => void
  /** The backend died or is back. */
  onBackend(listener: (state: 'lost' | 'restarted' | 'failed') => void): () => void
}
