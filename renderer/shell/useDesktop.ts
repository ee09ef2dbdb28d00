/** Integration with the desktop app: menu commands become actions, and the backend's state is shown. */
import { onScopeDispose, ref, type Ref } from 'vue'
import type { DesktopCommand } from '../../core/contract/desktop.ts'
import { connectEvents } from '../api/events.ts'
import { translate } from '../i18n/index.ts'
import { perform } from '../keys/dispatcher.ts'
import { router, staying } from '../navigation/router.ts'
import { useApp } from '../stores/app.ts'
import { useLeaving } from '../stores/leaving.ts'
import { useNotices } from '../stores/notices.ts'

type BackendState = 'fine' | 'lost' | 'failed'
const backend = ref<BackendState>('fine')

/** The backend's state, as reported by the desktop app's main process. */
export const useBackendState = (): Ref<BackendState> => backend

/** The menu's undo applies to the focused text field, if there is one. */
function edit(action: 'undo' | 'redo'): void {
  const focus = document.activeElement
  if (focus instanceof HTMLInputElement || focus instanceof HTMLTextAreaElement) document.execCommand(action)
  else perform(action)
}

export function useDesktop(): void {
  const desktop = window.desktop
  if (!desktop) return
  const app = useApp()
  const leaving = useLeaving()
  const notices = useNotices()

  const open = (request: Promise<boolean>): void => {
    const here = staying()
    request
      .then(done => (done && here() ? router.push({ name: 'browse' }) : undefined))
      .catch((error: unknown) => notices.fail(translate('common.failed'), error))
  }

  function follow(command: DesktopCommand): void {
    switch (command.kind) {
      case 'go':
        void router.push(command.to)
        break
      case 'open-project':
        open(leaving.open(command.dir))
        break
      case 'open-sample':
        open(leaving.openSample())
        break
      case 'new-project':
        app.askNewProject(true)
        void router.push({ name: 'start' })
        break
      case 'undo':
      case 'redo':
        edit(command.kind)
        break
      case 'help':
        app.showHelp(true)
        break
    }
  }

  onScopeDispose(desktop.onCommand(follow))
  onScopeDispose(
    desktop.onBackend(state => {
      backend.value = state === 'restarted' ? 'fine' : state
      if (state !== 'restarted') return
      connectEvents()
      void app.start()
      notices.show({ tone: 'warning', title: translate('shell.restarted') })
    }),
  )
}
