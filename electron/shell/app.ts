/** Assembles the desktop app: backend, scheme, window, menu, messages, notifications, and shutdown. */
import { join } from 'node:path'
import {
  app,
  dialog,
  Menu,
  Notification,
  shell,
  type BrowserWindow,
  type MessageBoxOptions,
  type Session,
} from 'electron'
import { messageOf, RelabelError } from '../../core/base/error.ts'
import type { Recent } from '../../core/contract/api/app.ts'
import type { DesktopCommand } from '../../core/contract/desktop.ts'
import { ask, startBackend, type Backend } from './backend.ts'
import { channels } from './channels.ts'
import { listenToBackend } from './event-stream.ts'
import { registerIpc } from './ipc.ts'
import { createJobWatch, type JobWatch } from './job-watch.ts'
import { menuTemplate } from './menu.ts'
import { checkBackend } from './integrity.ts'
import type { Places } from './places.ts'
import { handleScheme } from './scheme.ts'
import { lockContents, lockSession, mayOpen } from './security.ts'
import { lookForUpdate } from './update/index.ts'
import { openWindow } from './window.ts'
import { wordsFor, type Words } from './words.ts'

export interface AppParts {
  places: Places
  session: Session
  windows: () => BrowserWindow[]
  preload: string
  /** Open the sample at once (`npm start`). */
  sample: boolean
}

interface Running extends AppParts {
  backend: Backend
  watch: JobWatch
  words: () => Words
  /** Set once the app is shutting down. */
  leaving: boolean
}

/** Rejects where the backend cannot even be tried: no Node, say, or its files are not those that were installed. */
export async function startApp(parts: AppParts): Promise<void> {
  const words = (): Words => wordsFor(app.getLocale())
  if (parts.places.sealed) await checkBackend(parts.places.sealed.dir, parts.places.sealed.list)
  const backend = startBackend(parts.places, parts.sample ? ['--sample'] : [])
  const running: Running = { ...parts, backend, watch: createJobWatch(), words, leaving: false }
  lockSession(parts.session)
  // Every page that ever comes to be, and not only the window that is opened here.
  app.on('web-contents-created', (_event, contents) => lockContents(contents))
  handleScheme(parts.session, parts.places.renderer, backend)
  registerIpc(words)
  open(running)
  backend.onState(state => {
    if (state === 'lost' || state === 'restarted' || state === 'failed')
      tell(running, channels.backend, state)
  })
  const stopListening = listenToBackend(backend, event => {
    if (event.name === 'project') void refreshMenu(running)
    const ended = running.watch.take(event)
    if (ended) jobEnded(running, ended.kind, ended.state === 'done', ended.error?.message)
  })
  app.on('second-instance', () => show(running))
  app.on('activate', () => show(running))
  // Whoever leaves in order ends the app when everything else has ended.
  app.on('window-all-closed', () => running.leaving || app.quit())
  app.on('before-quit', event => {
    if (running.leaving) return
    event.preventDefault()
    void quit(running)
  })
  app.on('will-quit', stopListening)
  await refreshMenu(running)
  void update(running)
}

/** A message box over the window; gives the index of the button. */
async function question(running: Running, options: MessageBoxOptions): Promise<number> {
  const [window] = running.windows()
  const { response } = await (window
    ? dialog.showMessageBox(window, options)
    : dialog.showMessageBox(options))
  return response
}

/**
 * Looks for an update and offers it. What is wrong with it is told; a feed that cannot be reached only where it was
 * asked for.
 */
async function update(running: Running): Promise<void> {
  const words = running.words()
  let wanted = false
  const asks = (message: string, detail: string, yes: string) => async (version: string) => {
    const buttons = [yes, words.notNow]
    const options = { type: 'question' as const, detail, buttons, defaultId: 1, cancelId: 1 }
    const response = await question(running, { ...options, message: message.replace('{version}', version) })
    return (wanted = response === 0)
  }
  try {
    await lookForUpdate({
      resources: process.resourcesPath,
      appRoot: app.getAppPath(),
      version: app.getVersion(),
      ask: {
        download: asks(words.updateFound, words.updateFoundDetail, words.download),
        restart: asks(words.updateReady, words.updateReadyDetail, words.restart),
      },
      leave: then =>
        leave(running, () => {
          app.releaseSingleInstanceLock() // the new version may start before this one has ended
          then()
        }),
    })
  } catch (error) {
    console.error(error)
    if (wanted || (error instanceof RelabelError && error.code !== 'not-found'))
      dialog.showErrorBox(words.updateFailed, messageOf(error))
    if (running.leaving) app.quit()
  }
}

function open(running: Running): BrowserWindow {
  const { preload, places, words } = running
  const window = openWindow({ preload, stateFile: join(places.home, 'window.json'), words })
  window.on('close', event => {
    if (running.leaving) return
    event.preventDefault()
    void quit(running)
  })
  return window
}

function show(running: Running): void {
  const [window] = running.windows()
  if (!window) return void open(running)
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function tell(running: Running, channel: string, message: unknown): void {
  for (const window of running.windows()) window.webContents.send(channel, message)
}

async function refreshMenu(running: Running): Promise<void> {
  const info = await ask<{ recent: Recent[] }>(running.backend, 'app.info', {}).catch(() => ({ recent: [] }))
  const send = (command: DesktopCommand): void => tell(running, channels.command, command)
  const template = menuTemplate(
    running.words(),
    info.recent,
    {
      send,
      openProject: () => void pickProject(running, send),
      openLink: url => void (mayOpen(url) && shell.openExternal(url)),
      quit: () => void quit(running),
    },
    process.platform === 'darwin',
  )
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}

async function pickProject(running: Running, send: (command: DesktopCommand) => void): Promise<void> {
  const [window] = running.windows()
  const options = { title: running.words().openProject, properties: ['openDirectory' as const] }
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options))
  if (!canceled && filePaths[0] !== undefined) send({ kind: 'open-project', dir: filePaths[0] })
}

/** Tells of an ended job where the person does not look; a hidden app has nothing left to do then. */
function jobEnded(running: Running, kind: string, well: boolean, problem: string | undefined): void {
  const words = running.words()
  const [window] = running.windows()
  if (!window?.isFocused() && Notification.isSupported()) {
    const note = new Notification({
      title: `${well ? words.jobDone : words.jobFailed}: ${kind}`,
      body: problem ?? '',
    })
    note.on('click', () => show(running))
    note.show()
  }
  if (window && !window.isVisible() && !running.watch.running()) void leave(running)
}

/** Asks first if a job is running; otherwise shuts down in order. */
async function quit(running: Running): Promise<void> {
  if (running.leaving) return
  if (!running.watch.running()) return leave(running)
  const words = running.words()
  const response = await question(running, {
    type: 'question',
    message: words.jobRuns,
    detail: words.jobRunsDetail,
    buttons: [words.keepRunning, words.pauseAndQuit, words.stay],
    defaultId: 0,
    cancelId: 2,
  })
  if (response === 0) running.windows()[0]?.hide()
  if (response === 1) await leave(running)
}

async function leave(running: Running, end = (): void => app.quit()): Promise<void> {
  if (running.leaving) return
  // The page is asked first: it may hold corrections that are not on disk.
  for (const window of running.windows()) if (!(await closed(running, window))) return
  running.leaving = true
  await ask(running.backend, 'project.close', { pauseJobs: true }).catch(() => undefined)
  await running.backend.stop()
  end()
}

/** Closes a window; false where its page holds it back and the person stays. */
async function closed(running: Running, window: BrowserWindow): Promise<boolean> {
  running.leaving = true
  return new Promise(resolve => {
    const prevented = (event: { defaultPrevented?: boolean }): void => {
      if (event.defaultPrevented) return
      running.leaving = false
      resolve(false)
    }
    window.webContents.on('will-prevent-unload', prevented)
    window.once('closed', () => resolve(true))
    window.close()
  })
}
