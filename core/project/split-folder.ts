/** How the folder of a split's images is stored. */
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Project } from './database/handle.ts'

/** How a folder is stored: relative if it is inside the project, so that the project can be moved. */
export function storedFolder(project: Project, folder: string): string {
  const inside = relative(project.dir, resolve(folder))
  const outside = isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`)
  return outside ? resolve(folder) : inside.split(sep).join('/') || '.'
}

/** The opposite of {@link storedFolder}: absolute. */
export function actualFolder(project: Project, stored: string): string {
  return resolve(project.dir, stored)
}
