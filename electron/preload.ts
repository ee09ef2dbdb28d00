/** What the renderer may ask of the desktop: a handful of named messages, and nothing of Electron or Node itself. */
import { contextBridge, ipcRenderer } from 'electron'
import type { BackendChange, DesktopBridge, DesktopCommand } from '../core/contract/desktop.ts'
import { channels } from './shell/channels.ts'

/** Listens on a channel without handing the event object (which leads back to Electron) to the page. */
function listen<Message>(channel: string, listener: (message: Message) => void): () => void {
  const wrapped = (_event: unknown, message: Message): void => listener(message)
  ipcRenderer.on(channel, wrapped)
  return () => void ipcRenderer.off(channel, wrapped)
}

const bridge: DesktopBridge = {
  platform: process.platform,
  pickFolder: options => ipcRenderer.invoke(channels.pickFolder, options) as Promise<string | null>,
  pickFile: options => ipcRenderer.invoke(channels.pickFile, options) as Promise<string | null>,
  showFolder: dir => ipcRenderer.invoke(channels.showFolder, dir) as Promise<void>,
  onCommand: listener => listen<DesktopCommand>(channels.command, listener),
  onBackend: listener => listen<BackendChange>(channels.backend, listener),
}

contextBridge.exposeInMainWorld('desktop', bridge)
