/** The desktop app: starts and supervises the backend, opens the window, and provides desktop features. */
import { join } from 'node:path'
import { app, BrowserWindow, dialog, protocol, session } from 'electron'
import { messageOf } from '../core/base/error.ts'
import { startApp } from './shell/app.ts'
import { placesOf } from './shell/places.ts'
import { privileges } from './shell/scheme.ts'
import { wordsFor } from './shell/words.ts'

// Before anything else: every renderer is sandboxed, and the scheme gets its privileges before the app is ready.
app.enableSandbox()
protocol.registerSchemesAsPrivileged([privileges])

if (!app.requestSingleInstanceLock()) {
  // The first instance is notified (second-instance) and shows its window.
  app.quit()
} else {
  // `npm start` was killed: the app that it started ends too.
  process.once('disconnect', () => app.quit())
  app.setAppUserModelId('studio.relabel.desktop')
  void app.whenReady().then(() =>
    startApp({
      places: placesOf({
        packaged: app.isPackaged,
        resources: process.resourcesPath,
        root: app.getAppPath(),
        home: app.getPath('userData'),
      }),
      session: session.defaultSession,
      windows: () => BrowserWindow.getAllWindows(),
      preload: join(import.meta.dirname, 'preload.cjs'),
      sample: process.argv.includes('--sample'),
    }).catch((error: unknown) => {
      console.error(error)
      dialog.showErrorBox(wordsFor(app.getLocale()).notStarted, messageOf(error))
      app.exit(1)
    }),
  )
}
