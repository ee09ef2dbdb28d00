/** The router and the names of the screens; `routes.ts` maps them to components, so that screens can import this file. */
import { createRouter, createWebHashHistory } from 'vue-router'

export const screens = [
  'start',
  'browse',
  'annotate',
  'review',
  'classes',
  'relabel',
  'train',
  'runs',
  'settings',
] as const
export type ScreenName = (typeof screens)[number]

// In the hash, so that the same files work over http, app:// and any base URL.
export const router = createRouter({ history: createWebHashHistory(), routes: [] })

let asked = 0
router.beforeEach((to, from) => {
  if (to.name !== from.name) asked += 1
})

/**
 * For work that ends with navigation: returns a function that tells whether the user has not navigated elsewhere since.
 */
export function staying(): () => boolean {
  const before = asked
  return () => asked === before
}
