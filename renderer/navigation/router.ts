/** The router and the names of the screens; which component shows which is said in `routes.ts`, so that screens can import this. */
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
export const router = createRouter({ history: createWebHashHistory(), routes: [] })

let asked = 0
router.beforeEach((to, from) => {
  if (to.name !== from.name) asked += 1
})

/** For work that ends in going somewhere: the answer says whether nobody has asked for another screen since, and it still may. */
export function staying(): () => boolean {
  const before = asked
  return () => asked === before
}
