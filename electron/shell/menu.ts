/** The application menu as data; entries only send commands, the renderer does what they say. */
import type { MenuItemConstructorOptions } from 'electron'
import type { Recent } from '../../core/contract/api/app.ts'
import type { DesktopCommand } from '../../core/contract/desktop.ts'
import type { Words } from './words.ts'

export interface MenuActions {
  send(command: DesktopCommand): void
  openProject(): void
  openLink(url: string): void
  quit(): void
}

const longest = 60

/** A path short enough for a menu; `&` would mark a key on some systems. */
function shown(dir: string): string {
  const text = dir.length > longest ? `…${dir.slice(-longest)}` : dir
  return text.replaceAll('&', '&&')
}

const screens = ['browse', 'annotate', 'review', 'relabel', 'train', 'runs', 'settings'] as const

function recentItems(recent: readonly Recent[], send: MenuActions['send']): MenuItemConstructorOptions[] {
  return recent
    .filter(one => !one.missing)
    .slice(0, 10)
    .map(one => ({ label: shown(one.dir), click: () => send({ kind: 'open-project', dir: one.dir }) }))
}

export function menuTemplate(
  words: Words,
  recent: readonly Recent[],
  actions: MenuActions,
  mac: boolean,
): MenuItemConstructorOptions[] {
  const { send } = actions
  const recents = recentItems(recent, send)
  return [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: words.file,
      submenu: [
        {
          id: 'new-project',
          label: words.newProject,
          accelerator: 'CmdOrCtrl+N',
          click: () => send({ kind: 'new-project' }),
        },
        {
          id: 'open-project',
          label: words.openProject,
          accelerator: 'CmdOrCtrl+O',
          click: actions.openProject,
        },
        { label: words.openRecent, submenu: recents, enabled: recents.length > 0 },
        { id: 'open-sample', label: words.openSample, click: () => send({ kind: 'open-sample' }) },
        { type: 'separator' },
        mac
          ? { role: 'close' }
          : { id: 'quit', label: words.quit, accelerator: 'CmdOrCtrl+Q', click: actions.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        // The renderer has its own keys for these; in a text field they are the field's.
        { id: 'undo', label: words.undo, click: () => send({ kind: 'undo' }) },
        { id: 'redo', label: words.redo, click: () => send({ kind: 'redo' }) },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: words.go,
      submenu: screens.map(screen => ({
        id: `go-${screen}`,
        label: words[screen],
        click: () => send({ kind: 'go', to: `/${screen}` }),
      })),
    },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: words.window, role: 'windowMenu' },
    {
      label: words.help,
      role: 'help',
      submenu: [
        { id: 'help', label: words.keys, click: () => send({ kind: 'help' }) },
        { label: words.paper, click: () => actions.openLink('https://arxiv.org/abs/2101.05022') },
      ],
    },
  ]
}
