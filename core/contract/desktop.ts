/** The bridge that the desktop app's preload script offers to the renderer as `window.desktop`; absent in a browser. */

/** Commands that the menu or the system sends to the renderer. */
export type DesktopCommand =
  | { kind: 'go'; to: string }
  | { kind: 'open-project'; dir: string }
  | { kind: 'open-sample' }
  | { kind: 'new-project' }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'help' }

/** Files that are chosen by name. */
export const fileKinds = ['onnx', 'classes'] as const
export type FileKind = (typeof fileKinds)[number]

/** What became of the backend. */
export type BackendChange = 'lost' | 'restarted' | 'failed'

export interface DesktopBridge {
  platform: string
  /** Native dialogs; null if the user cancelled. */
  pickFolder(options: { title: string; start?: string | undefined }): Promise<string | null>
  pickFile(options: { title: string; kind: FileKind; start?: string | undefined }): Promise<string | null>
  /** Opens one of our folders in the system's file manager. */
  showFolder(dir: string): Promise<void>
  onCommand(listener: (command: DesktopCommand) => void): () => void
  /** The backend died or is available again. */
  onBackend(listener: (state: BackendChange) => void): () => void
}
