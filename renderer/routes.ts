/** Routes of the screens; each screen's code is loaded when it is first shown. */
import type { Component } from 'vue'
import type { Router } from 'vue-router'
import type { ScreenName } from './navigation/router.ts'

type Load = () => Promise<{ default: Component }>

const routes: Record<ScreenName, [path: string, load: Load]> = {
  start: ['/', () => import('./screens/start/StartScreen.vue')],
  browse: ['/browse', () => import('./screens/browse/BrowseScreen.vue')],
  annotate: ['/annotate/:id(\\d+)?', () => import('./screens/annotate/AnnotateScreen.vue')],
  review: ['/review', () => import('./screens/review/ReviewScreen.vue')],
  classes: ['/classes', () => import('./screens/classes/ClassesScreen.vue')],
  relabel: ['/relabel', () => import('./screens/relabel/RelabelScreen.vue')],
  train: ['/train', () => import('./screens/train/TrainScreen.vue')],
  runs: ['/runs', () => import('./screens/runs/RunsScreen.vue')],
  settings: ['/settings', () => import('./screens/settings/SettingsScreen.vue')],
}

/** Adds every screen to the router; call it before the router is used. */
export function addRoutes(router: Router): void {
  for (const [name, [path, component]] of Object.entries(routes)) router.addRoute({ name, path, component })
  router.addRoute({ path: '/:rest(.*)*', redirect: '/' })
}
