/** Whether the person asked their system for more contrast. */

const query =
  typeof window === 'undefined'
    ? null
    : window.matchMedia('(prefers-contrast: more), (forced-colors: active)')

export const needsContrast = (): boolean => query?.matches ?? false
