/** Locks the window in: no permissions, no navigation, no new windows, external links by a list. */
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
}

/** The page stays our page. */
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
  contents.on('will-attach-webview', event => event.preventDefault())
}
