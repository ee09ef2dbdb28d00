/** Addresses of the screens; each screen's code is loaded when it is first shown. */
import { createRouter, createWebHashHistory } from 'vue-router'

export const screens = [
  'start',
  'browse',
  'annotate',
  'review',
  'relabel',
  'train',
  'runs',
  'settings',
] as const
export type ScreenName = (typeof screens)[number]

// Behind the hash, so that the same files work over http, over app:// and at any base address.
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', name: 'start', component: () => import('./screens/start/StartScreen.vue') },
    { path: '/browse', name: 'browse', component: () => import('./screens/browse/BrowseScreen.vue') },
    {
      path: '/annotate/:id(\\d+)?',
      name: 'annotate',
      component: () => import('./screens/annotate/AnnotateScreen.vue'),
    },
    { path: '/review', name: 'review', component: () => import('./screens/review/ReviewScreen.vue') },
    { path: '/relabel', name: 'relabel', component: () => import('./screens/relabel/RelabelScreen.vue') },
    { path: '/train', name: 'train', component: () => import('./screens/train/TrainScreen.vue') },
    { path: '/runs', name: 'runs', component: () => import('./screens/runs/RunsScreen.vue') },
    {
      path: '/settings',
      name: 'settings',
      component: () => import('./screens/settings/SettingsScreen.vue'),
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})
