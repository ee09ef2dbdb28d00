/** Answers to the renderer's messages: native dialogs and the file manager, for our own page only. */
import { statSync } from 'node:fs'
import { BrowserWindow, dialog, ipcMain, shell, type IpcMainInvokeEvent } from 'electron'
import { z } from 'zod'
import { fail } from '../../core/base/error.ts'
import { fileKinds } from '../../core/contract/desktop.ts'
import { channels } from './channels.ts'
import { isOurs } from './security.ts'
import type { Words } from './words.ts'

const folderRequest = z.object({ title: z.string().max(500), start: z.string().max(4096).optional() })
const fileRequest = folderRequest.extend({ kind: z.enum(fileKinds) })
const folderPath = z.string().min(1).max(4096)

/** Only the top frame of a window that shows our page may ask. */
function checkSender(event: Pick<IpcMainInvokeEvent, 'senderFrame' | 'sender'>): void {
  const frame = event.senderFrame
  if (!frame || frame !== event.sender.mainFrame || !isOurs(frame.url))
    fail('forbidden', `a message from ${frame?.url ?? 'an unknown frame'} is not answered`)
}

function handle<Input>(
  channel: string,
  schema: z.ZodType<Input>,
  answer: (input: Input, window: BrowserWindow) => unknown,
): void {
  ipcMain.handle(channel, (event, input: unknown) => {
    checkSender(event)
    const window = BrowserWindow.fromWebContents(event.sender) ?? fail('forbidden', 'the window is gone')
    return answer(schema.parse(input), window)
  })
}

export function registerIpc(words: () => Words): void {
  handle(channels.pickFolder, folderRequest, async ({ title, start }, window) => {
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title,
      ...(start === undefined ? {} : { defaultPath: start }),
      properties: ['openDirectory', 'createDirectory'],
    })
    return canceled ? null : (filePaths[0] ?? null)
  })
  handle(channels.pickFile, fileRequest, async ({ title, start, kind }, window) => {
    const filter =
      kind === 'onnx'
        ? { name: words().onnxFiles, extensions: ['onnx'] }
        : { name: words().classFiles, extensions: ['json', 'txt'] }
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      title,
      ...(start === undefined ? {} : { defaultPath: start }),
      properties: ['openFile'],
      filters: [filter],
    })
    return canceled ? null : (filePaths[0] ?? null)
  })
  handle(channels.showFolder, folderPath, async dir => {
    // Only a folder: openPath would start a program.
    if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) fail('not-found', `${dir} is not a folder`)
    const problem = await shell.openPath(dir)
    if (problem !== '') fail('disk', `${dir} cannot be shown: ${problem}`)
  })
}
