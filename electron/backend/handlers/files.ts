/** The folders of this machine, for a picker if there are no native dialogs. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fail } from '../../../core/base/error.ts'
import { diskError } from '../../../core/base/files/disk-error.ts'
import type { FileEntry } from '../../../core/contract/api/app.ts'
import type { HandlersOf } from '../context.ts'

const mostEntries = 5000
const patterns = { folders: null, onnx: /\.onnx$/i, classes: /\.(json|txt)$/i }

async function entryOf(dir: string, name: string, pattern: RegExp | null): Promise<FileEntry | null> {
  const path = join(dir, name)
  const info = await stat(path).catch(() => null) // a dangling link, or a folder that we may not read
  if (info?.isDirectory()) {
    const kind = existsSync(join(path, 'project.db')) ? 'project' : 'folder'
    return { name, path, kind, bytes: null }
  }
  return info?.isFile() && pattern?.test(name) ? { name, path, kind: 'file', bytes: info.size } : null
}

const order = (a: FileEntry, b: FileEntry): number =>
  Number(a.kind === 'file') - Number(b.kind === 'file') ||
  a.name.localeCompare(b.name, 'en', { numeric: true, sensitivity: 'base' })

export const fileHandlers: HandlersOf<'files.list' | 'files.makeFolder'> = {
  async 'files.list'({ dir, kind }) {
    const folder = resolve(dir ?? homedir())
    const names = await readdir(folder).catch((error: unknown) => diskError(error, folder, 'read'))
    const shown = names.filter(name => !name.startsWith('.'))
    const found = await Promise.all(
      shown.slice(0, mostEntries).map(name => entryOf(folder, name, patterns[kind])),
    )
    const parent = dirname(folder)
    return {
      dir: folder,
      parent: parent === folder ? null : parent,
      entries: found.filter(entry => entry !== null).sort(order),
      truncated: shown.length > mostEntries,
    }
  },
  async 'files.makeFolder'({ dir, name }) {
    if (/[/\\\0]/.test(name) || name === '.' || name === '..' || name.trim() === '')
      fail('usage', `"${name}" is not a name for a folder`, { name })
    const path = join(resolve(dir), name)
    await mkdir(path).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'EEXIST')
        fail('usage', `${path} exists already; choose another name`, { path })
      diskError(error, path, 'write')
    })
    return { dir: path }
  },
}
