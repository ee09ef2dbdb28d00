/**
 * Where an export may write: into the folder that the user named, never through a link, and only over an earlier
 * export.
 */
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { fail } from '../../../core/base/error.ts'
import { ownedFolders } from '../../../core/project/database/entries.ts'

/** Names of the files that an export writes. */
export const exportNames = {
  onnx: 'model.onnx',
  safetensors: 'model.safetensors',
  card: 'model.json',
  classes: 'classes.json',
} as const

/** The field that identifies a model card of this program. */
const card = z.object({
  format: z.literal(1),
  student: z.string(),
  supervision: z.string(),
  program: z.string(),
  classes: z.array(z.string()),
})
const largestCard = 64_000_000

/** Whether a folder contains the card of an earlier export; it is written first, so an interrupted export has it too. */
function isEarlierExport(out: string): boolean {
  const file = join(out, exportNames.card)
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (!found?.isFile() || found.size > largestCard) return false
  try {
    return card.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success
  } catch {
    return false
  }
}

const isOwned = (project: string, out: string): boolean =>
  ownedFolders.includes(relative(project, out).split(sep)[0] ?? '')

/** Folders of projects that a real path lies in. */
function projectsAbove(path: string): string[] {
  const found: string[] = []
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(join(at, 'project.db'))) found.push(at)
    if (dirname(at) === at) return found
  }
}

/** The path without links as far as it exists. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(realPathOf(above), basename(path))
  }
}

/**
 * Throws `usage`, naming the file, if an export to `out` would write through a link, over a file without `force`, over
 * a file not made by an earlier export, or into a folder that the project keeps for itself.
 */
export function requireTarget(project: { dir: string }, out: string, force: boolean): void {
  const real = realPathOf(resolve(out))
  if (isOwned(project.dir, resolve(out)) || projectsAbove(real).some(dir => isOwned(dir, real)))
    fail('usage', `${out} lies in what the project keeps for itself; choose another folder`, { out })
  const there: string[] = []
  for (const name of Object.values(exportNames)) {
    const file = join(out, name)
    const found = lstatSync(file, { throwIfNoEntry: false })
    if (found && !found.isFile())
      fail('usage', `${file} is a link or a folder, and is not written through; choose another folder`, {
        file,
      })
    if (found) there.push(file)
  }
  if (there.length === 0) return
  const files = there.join(', ')
  if (!force) fail('usage', `${files} exists already; choose another folder or add --force`, { files: there })
  if (!isEarlierExport(out))
    fail(
      'usage',
      `${files} exists already and is not from an export of this program, so it is not replaced; choose another folder, or delete it first`,
      { files: there },
    )
}
