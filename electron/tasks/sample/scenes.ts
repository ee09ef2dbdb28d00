/** Creates the digit scenes on disk, and their project. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../../core/base/error.ts'
import type { DigitPools } from '../../../core/dataset/digit-scenes/digits.ts'
import type { SceneOptions } from '../../../core/dataset/digit-scenes/options.ts'
import { splits } from '../../../core/dataset/digit-scenes/scene.ts'
import type { Split } from '../../../core/dataset/digit-scenes/scene.ts'
import { writeScenes } from '../../../core/dataset/digit-scenes/write.ts'
import { importImageFolder } from '../../../core/dataset/import.ts'
import { createProject } from '../../../core/project/project.ts'
import type { ClassEntry } from '../../../core/contract/class-entry.ts'

/** The ten digits as a project's classes. */
export const digitClasses: ClassEntry[] = Array.from({ length: 10 }, (_, index) => ({
  index,
  name: String(index),
}))

/** Progress and cancellation. */
export interface Watch {
  onProgress: (done: number, total: number) => void
  signal: AbortSignal
}

/** Writes all splits below `dir`; returns how many scenes each has. */
export async function makeScenes(
  dir: string,
  pools: DigitPools,
  options: SceneOptions,
  watch: Watch,
): Promise<Record<Split, number>> {
  const total = splits.reduce((sum, split) => sum + options[split], 0)
  let before = 0
  for (const split of splits) {
    const pool = split === 'test' ? pools.test : pools.student
    const tell = (done: number): void => watch.onProgress(before + done, total)
    await writeScenes(join(dir, split), pool, split, options, { onProgress: tell, signal: watch.signal })
    before += options[split]
  }
  return { train: options.train, val: options.val, test: options.test }
}

/** Creates the project of the scenes below `scenes`; replaces what an interrupted start left behind. */
export async function makeProject(dir: string, scenes: string, watch: Watch): Promise<{ images: number }> {
  // Only the project's own files; label maps and runs are made later.
  for (const name of ['project.db', 'project.db-wal', 'project.db-shm'])
    await rm(join(dir, name), { force: true })
  const project = createProject(dir, { name: 'Digit scenes', classes: digitClasses })
  try {
    let images = 0
    for (const split of splits) {
      const before = images
      const report = await importImageFolder(project, {
        split,
        dir: join(scenes, split),
        signal: watch.signal,
        onProgress: (done, total) => watch.onProgress(before + done, before + total),
      })
      if (report.problems.length > 0)
        fail(
          'bad-data',
          `${scenes} was changed: ${report.problems[0]?.path} ${report.problems[0]?.reason}; delete the folder and start again`,
        )
      images += report.usable
    }
    return { images }
  } finally {
    project.close()
  }
}
