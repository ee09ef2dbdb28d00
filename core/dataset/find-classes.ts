/** The classes of a new project: from a class list, or from the folders of its splits. */
import { fail } from '../base/error.ts'
import type { ClassEntry } from '../contract/class-entry.ts'
import { classesOfFolders, readClasses } from './class-file.ts'
import { classFolders } from './scan.ts'

/** Rejects with `bad-data` if no folder contains class folders, and as `readClasses` does. */
export async function findClasses(dirs: readonly string[], classFile?: string): Promise<ClassEntry[]> {
  const folders = (await Promise.all(dirs.map(dir => classFolders(dir)))).flat()
  if (folders.length === 0)
    fail(
      'bad-data',
      `there are no images to import: ${dirs.join(', ')} should have one folder of images per class`,
      { dirs: [...dirs] },
    )
  return classFile === undefined ? classesOfFolders(folders) : readClasses(classFile)
}
