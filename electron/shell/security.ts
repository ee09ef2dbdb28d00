/** Restricts the window: no permissions, no navigation, no new windows, external links only from a list. */
import { shell, type Session, type WebContents } from 'electron'
import { appHost } from './scheme.ts'

/** Where links may lead, in the system's browser. */
const allowedHosts = ['arxiv.org', 'github.com', 'onnxruntime.ai', 'huggingface.co', 'pytorch.org']

/** Whether a link may be opened outside: https to a host of the list. */
export function mayOpen(link: string): boolean {
  try {
    const url = new URL(link)
    return url.protocol === 'https:' && url.username === '' && allowedHosts.includes(url.hostname)
  } catch {
    return false
  }
}

/** Whether a frame shows our page and nothing else. */
export function isOurs(link: string | undefined): boolean {
  try {
    const url = new URL(link ?? '')
    return url.protocol === 'app:' && url.host === appHost
  } catch {
    return false
  }
}

/** Nothing the page could ask for is granted: no camera, no notifications, no USB, no clipboard reading. */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.on('will-download', event => event.preventDefault())
  // The page has its own scheme and nothing else: whatever asks another machine, and for whatever reason, is not
  // answered.
  session.webRequest.onBeforeRequest({ urls: outward }, (_details, answer) => answer({ cancel: true }))
}

const outward = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*']

/**
 * The page stays our page, whoever leads it elsewhere: a link, a script, a server's redirection, or a frame inside it.
 */
export function lockContents(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpen(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', event => {
    if (isOurs(event.url)) return
    event.preventDefault()
    if (mayOpen(event.url)) void shell.openExternal(event.url)
  })
  contents.on('will-redirect', event => {
    if (!isOurs(event.url)) event.preventDefault()
  })
  contents.on('will-frame-navigate', event => {
    // Of the top frame `will-navigate` tells; there are no others.
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.on('will-attach-webview', event => event.preventDefault())
}
