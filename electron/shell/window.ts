/** The one window: sandboxed, isolated, where it was last time. */
import { BrowserWindow, dialog, nativeTheme, screen } from 'electron'
import { appUrl } from './scheme.ts'
import { fitBounds, readWindowState, smallest, writeWindowState } from './window-state.ts'
import type { Words } from './words.ts'

export function openWindow(options: {
  preload: string
  stateFile: string
  words: () => Words
}): BrowserWindow {
  const state = readWindowState(options.stateFile)
  const areas = screen.getAllDisplays().map(display => display.workArea)
  const window = new BrowserWindow({
    ...fitBounds(state, areas),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    title: 'Relabel Studio',
    // No white flash before the page is drawn.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#17181a' : '#f7f7f8',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  if (state?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())

  const remember = (): void =>
    writeWindowState(options.stateFile, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  window.on('close', remember)
  window.on('resized', remember)
  window.on('moved', remember)

  // The page holds the window back while corrections are not on disk.
  window.webContents.on('will-prevent-unload', event => {
    const words = options.words()
    const choice = dialog.showMessageBoxSync(window, {
      type: 'warning',
      message: words.unsaved,
      detail: words.unsavedDetail,
      buttons: [words.stay, words.leave],
      defaultId: 0,
      cancelId: 0,
    })
    if (choice === 1) event.preventDefault()
  })
  void window.loadURL(appUrl)
  return window
}
