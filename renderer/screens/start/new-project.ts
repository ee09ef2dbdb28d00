/** Default name and folder of a new project. */

/** The last part of a path, with either kind of slash. */
export const nameFrom = (path: string): string => path.split(/[\\/]/).filter(Boolean).pop() ?? ''

/** Next to the images, never among them: `…/cats` → `…/cats-relabel`. */
export const placeFrom = (path: string): string => `${path.replace(/[\\/]+$/, '')}-relabel`
