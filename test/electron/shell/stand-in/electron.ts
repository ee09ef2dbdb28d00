/**
 * A stand-in for the `electron` module with the parts that the app uses, typed by Electron's own types. Windows are pages
 * of a real Chromium; dialogs, menus and notifications are reported to the test, which answers them.
 */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type * as Electron from 'electron'
import { chromium, type Browser, type Page } from 'playwright-core'
import { appOrigin, serveScheme, type SchemeHandler } from './bridge.ts'
import { report, type Order } from './control.ts'
import { preloadScript } from './preload-shim.ts'

const emitter = new EventEmitter()
Object.assign(process, { resourcesPath: process.env['STAND_IN_RESOURCES'] ?? process.env['STAND_IN_HOME'] })
const state = {
  handler: undefined as SchemeHandler | undefined,
  windows: [] as StandInWindow[],
  ipc: new Map<string, (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown>(),
  menu: null as Electron.Menu | null,
  open: [] as (string | null)[],
  message: [] as number[],
  focused: true,
  permission: undefined as
    ((contents: never, name: never, answer: (granted: boolean) => void) => void) | undefined,
}

/** An event that can be prevented, as Electron hands them out. */
function preventable<Extra extends object>(
  extra: Extra,
): Extra & { defaultPrevented: boolean; preventDefault(): void } {
  return {
    ...extra,
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
  }
}

export const app = {
  isPackaged: process.env['STAND_IN_RESOURCES'] !== undefined,
  getVersion: () => '0.1.0',
  getName: () => 'relabel-studio',
  enableSandbox() {},
  requestSingleInstanceLock: () => true,
  releaseSingleInstanceLock() {},
  setAppUserModelId() {},
  whenReady: () => Promise.resolve(),
  getLocale: () => 'en-US',
  getAppPath: () => process.env['STAND_IN_ROOT'] ?? process.cwd(),
  getPath: () => process.env['STAND_IN_HOME'] ?? process.cwd(),
  on: emitter.on.bind(emitter) as unknown as Electron.App['on'],
  quit() {
    const event = preventable({})
    emitter.emit('before-quit', event)
    if (event.defaultPrevented) return
    emitter.emit('will-quit', preventable({}))
    report({ kind: 'quit' })
    setTimeout(() => process.exit(0), 100)
  },
  exit: (code = 0) => void setTimeout(() => process.exit(code), 100), // what was reported has to get out
} satisfies Partial<Electron.App>

export const protocol = {
  registerSchemesAsPrivileged(schemes) {
    const [scheme] = schemes
    const { standard, secure, supportFetchAPI, stream } = scheme?.privileges ?? {}
    if (scheme?.scheme !== 'app' || !standard || !secure || !supportFetchAPI || !stream)
      throw new Error('the scheme lacks privileges')
  },
} satisfies Partial<Electron.Protocol>

/** The address that stands for every https address of the update feed. */
const feedAddress = (path: string): URL => new URL(path, process.env['STAND_IN_FEED'])

/** electron-updater's way to the net. */
export const net = {
  request: ({ path, headers }: { path: string; headers: OutgoingHttpHeaders }) =>
    httpRequest(feedAddress(path), { headers }),
}

export const autoUpdater = new EventEmitter()

export const session = {
  fromPartition: () => ({
    fetch: (url: string, init?: RequestInit) => fetch(feedAddress(new URL(url).pathname), init),
  }),
  defaultSession: {
    protocol: {
      handle(_scheme: string, handler: SchemeHandler) {
        state.handler = handler
      },
    },
    setPermissionRequestHandler(handler: typeof state.permission) {
      state.permission = handler
    },
    setPermissionCheckHandler() {},
    setDevicePermissionHandler() {},
    webRequest: { onBeforeRequest() {} },
    on() {},
  },
}

export const nativeTheme = { shouldUseDarkColors: false }

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1600, height: 1000 } } as Electron.Display],
} satisfies Partial<Electron.Screen>

export const shell = {
  openExternal(url: string) {
    report({ kind: 'external', url })
    return Promise.resolve()
  },
  openPath: () => Promise.resolve(''),
} satisfies Partial<Electron.Shell>

export const ipcMain = {
  handle(channel: string, listener: (event: Electron.IpcMainInvokeEvent, ...args: unknown[]) => unknown) {
    state.ipc.set(channel, listener)
  },
} satisfies Partial<Electron.IpcMain>

/** Electron's dialogs take a window first, or not. */
const optionsOf = <T extends object>(args: unknown[]): T => args.at(-1) as T

export const dialog = {
  showOpenDialog(...args: unknown[]) {
    report({ kind: 'dialog', type: 'open', options: optionsOf(args) })
    const answer = state.open.shift() ?? null
    return Promise.resolve({ canceled: answer === null, filePaths: answer === null ? [] : [answer] })
  },
  showMessageBox(...args: unknown[]) {
    report({ kind: 'dialog', type: 'message', options: optionsOf(args) })
    return Promise.resolve({ response: state.message.shift() ?? 0, checkboxChecked: false })
  },
  showErrorBox(title: string, content: string) {
    report({ kind: 'dialog', type: 'error', options: { title, content } })
  },
  showMessageBoxSync(...args: unknown[]) {
    report({ kind: 'dialog', type: 'message-sync', options: optionsOf(args) })
    return state.message.shift() ?? 0
  },
}

export class Notification {
  static isSupported = (): boolean => true
  readonly options: Electron.NotificationConstructorOptions
  constructor(options: Electron.NotificationConstructorOptions) {
    this.options = options
  }
  on(): void {}
  show(): void {
    report({ kind: 'notification', title: this.options.title ?? '', body: this.options.body ?? '' })
  }
}

interface Item extends Electron.MenuItemConstructorOptions {
  submenu?: Item[]
}

export const Menu = {
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) =>
    template as unknown as Electron.Menu,
  setApplicationMenu(menu: Electron.Menu | null) {
    state.menu = menu
    report({ kind: 'menu', labels: itemsOf(menu).flatMap(item => item.label ?? []) })
  },
}

function itemsOf(menu: unknown): Item[] {
  const items = (menu ?? []) as Item[]
  return items.flatMap(item => [item, ...itemsOf(Array.isArray(item.submenu) ? item.submenu : [])])
}

let browser: Promise<{ browser: Browser; port: number }> | undefined

/** A port that nothing listens on; Chromium takes it a moment later. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

async function launch(): Promise<{ browser: Browser; port: number }> {
  const port = await freePort()
  const started = await chromium.launch({
    executablePath: process.env['STAND_IN_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--remote-debugging-port=${port}`,
    ],
  })
  return { browser: started, port }
}

/** A window: one page of Chromium. */
class StandInWindow {
  private readonly emitter = new EventEmitter()
  readonly on = this.emitter.on.bind(this.emitter)
  readonly once = this.emitter.once.bind(this.emitter)
  readonly options: Electron.BrowserWindowConstructorOptions
  readonly webContents: EventEmitter & {
    mainFrame: { url: string }
    send(channel: string, message: unknown): void
  }
  page: Page | undefined
  visible = false
  openHandler: ((details: { url: string }) => { action: string }) | undefined

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    this.options = options
    const contents = new EventEmitter()
    this.webContents = Object.assign(contents, {
      mainFrame: { url: `${appOrigin}/` },
      setWindowOpenHandler: (handler: NonNullable<StandInWindow['openHandler']>) =>
        void (this.openHandler = handler),
      send: (channel: string, message: unknown) => {
        report({ kind: 'sent', channel, message: message as string })
        void this.page
          ?.evaluate(`window.__deliver?.(${JSON.stringify(channel)}, ${JSON.stringify(message)})`)
          .catch(() => undefined)
      },
    })
    state.windows.push(this)
    emitter.emit('web-contents-created', {}, this.webContents)
  }

  static getAllWindows = (): StandInWindow[] => [...state.windows]
  static fromWebContents = (contents: unknown): StandInWindow | null =>
    state.windows.find(window => window.webContents === contents) ?? null

  async loadURL(url: string): Promise<void> {
    const { server, origin } = await serveScheme(request => state.handler!(request))
    browser ??= launch()
    const { browser: running, port } = await browser
    const { width = 1280, height = 800 } = this.options
    const context = await running.newContext({ viewport: { width, height } })
    const page = (this.page = await context.newPage())
    await page.exposeBinding('__invoke', (_source, channel: string, args: unknown[]) =>
      this.invoke(channel, args),
    )
    await page.exposeBinding('__open', (_source, link: string) => void this.openHandler?.({ url: link }))
    await page.addInitScript(
      preloadScript(readFileSync(String(this.options.webPreferences?.preload), 'utf8')),
    )
    await page.route('**/*', async route => {
      const target = route.request().url()
      if (!route.request().isNavigationRequest() || target.startsWith(`${origin}/`)) return route.continue()
      const event = preventable({ url: target })
      const inside = route.request().frame().parentFrame() !== null
      const frame = preventable({ url: target, isMainFrame: !inside })
      this.webContents.emit('will-frame-navigate', frame)
      if (inside) return frame.defaultPrevented ? route.abort() : route.continue()
      this.webContents.emit('will-navigate', event)
      return event.defaultPrevented ? route.abort() : route.continue()
    })
    page.on('dialog', asked => {
      const event = preventable({})
      this.webContents.emit('will-prevent-unload', event)
      void (event.defaultPrevented ? asked.accept() : asked.dismiss())
    })
    page.on('close', () => {
      server.close()
      state.windows = state.windows.filter(window => window !== this)
      report({ kind: 'window-closed' })
      this.emitter.emit('closed')
      if (state.windows.length === 0) emitter.emit('window-all-closed')
    })
    await page.goto(url.replace(appOrigin, origin))
    this.emitter.emit('ready-to-show')
    report({ kind: 'window', options: this.options, cdp: `http://127.0.0.1:${port}`, url: origin })
  }

  private async invoke(channel: string, args: unknown[], url = `${appOrigin}/`): Promise<object> {
    const handler = state.ipc.get(channel)
    const frame = url === `${appOrigin}/` ? this.webContents.mainFrame : { url }
    try {
      const event = { sender: this.webContents, senderFrame: frame } as unknown as Electron.IpcMainInvokeEvent
      return { ok: true, value: await handler?.(event, ...args) }
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) }
    }
  }

  /** A message from a page that is not ours. */
  async sendFrom(url: string): Promise<void> {
    const answer = (await this.invoke('desktop:pick-folder', [{ title: 'x' }], url)) as {
      ok: boolean
      message?: string
    }
    report({ kind: 'answer', ok: answer.ok, message: answer.message ?? '' })
  }

  close(): void {
    const event = preventable({})
    this.emitter.emit('close', event)
    if (event.defaultPrevented) return
    void this.page?.close({ runBeforeUnload: true })
  }

  show(): void {
    this.visible = true
    report({ kind: 'window-shown' })
  }
  hide(): void {
    this.visible = false
    report({ kind: 'window-hidden' })
  }
  isVisible = (): boolean => this.visible
  isFocused = (): boolean => this.visible && state.focused
  isMinimized = (): boolean => false
  isMaximized = (): boolean => false
  getNormalBounds = (): Electron.Rectangle => ({ x: 10, y: 20, width: 1200, height: 800 })
  maximize(): void {}
  restore(): void {}
  focus(): void {}
}

export { StandInWindow as BrowserWindow }

function obey(order: Order): void {
  const [window] = state.windows
  if (order.kind === 'menu') {
    const item = itemsOf(state.menu).find(one => one.id === order.id)
    ;(item?.click as (() => void) | undefined)?.()
  } else if (order.kind === 'close-window') window?.close()
  else if (order.kind === 'second-instance') emitter.emit('second-instance')
  else if (order.kind === 'answers') {
    state.open.push(...(order.open ?? []))
    state.message.push(...(order.message ?? []))
  } else if (order.kind === 'focus') state.focused = order.focused
  else if (order.kind === 'send-from') void window?.sendFrom(order.url)
  else
    state.permission?.(undefined as never, order.name as never, granted =>
      report({ kind: 'permission', name: order.name, granted }),
    )
}

process.on('message', (order: Order) => obey(order))
