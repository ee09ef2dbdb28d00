/** What a new project is called and where it goes, unless the person says otherwise. */

/** The last part of a path, with either kind of slash. */
export const nameFrom = (path: string): string => path.split(/[\\/]/).filter(Boolean).pop() ?? ''

/** Beside the images, never among them: `…/cats` → `…/cats-relabel`. */
export const placeFrom = (path: string): string => `${path.replace(/[\\/]+$/, '')}-relabel`
