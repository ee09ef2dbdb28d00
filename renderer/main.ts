/** Starts the renderer: plugins, the event stream, the first answers, then the shell. */
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { connectEvents } from './api/events.ts'
import { i18n } from './i18n/index.ts'
import { listenToKeys } from './keys/dispatcher.ts'
import { router } from './navigation/router.ts'
import { addRoutes } from './routes.ts'
import AppShell from './shell/AppShell.vue'
import './ui/tokens.css'
import './ui/base.css'
import './ui/lists.css'

const app = createApp(AppShell)
app.use(createPinia())
app.use(i18n)
addRoutes(router)
app.use(router)
connectEvents()
listenToKeys(window)
app.mount('#app')
