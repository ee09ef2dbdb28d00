/**
 * How a test controls the substitute for Electron and receives reports from it: plain messages between the two
 * processes.
 */
import type { DesktopCommand } from '../../../../core/contract/desktop.ts'

/** Test to stand-in. */
export type Order =
  | { kind: 'menu'; id: string }
  | { kind: 'close-window' }
  | { kind: 'second-instance' }
  /** Answers of the dialogs to come, in order. */
  | { kind: 'answers'; open?: (string | null)[]; message?: number[] }
  | { kind: 'permission'; name: string }
  | { kind: 'focus'; focused: boolean }
  | { kind: 'send-from'; url: string }

/** Stand-in to test. */
export type Report =
  | { kind: 'window'; options: object; cdp: string; url: string }
  | { kind: 'window-closed' }
  | { kind: 'window-hidden' }
  | { kind: 'window-shown' }
  | { kind: 'dialog'; type: string; options: object }
  | { kind: 'notification'; title: string; body: string }
  | { kind: 'menu'; labels: string[] }
  | { kind: 'external'; url: string }
  | { kind: 'permission'; name: string; granted: boolean }
  | { kind: 'sent'; channel: string; message: DesktopCommand | string }
  | { kind: 'answer'; ok: boolean; message: string }
  | { kind: 'quit' }

export const report = (message: Report): void => void process.send?.(message)
