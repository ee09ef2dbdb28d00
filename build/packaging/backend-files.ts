/** The list of the backend's files with their hashes, which goes into the asar and is checked at every start. */
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { filesBelow, forEachOf, hashFile, type BackendFiles } from '../../electron/shell/integrity.ts'

/** First bytes of what macOS runs: one architecture, or several in one file. */
const machO = new Set(['cffaedfe', 'cefaedfe', 'cafebabe', 'cafebabf'])

async function isMachO(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return bytesRead === 4 && machO.has(buffer.toString('hex'))
  } finally {
    await file.close()
  }
}

/**
 * Writes the list of `dir` to `out`. `resigned`: for macOS, where binaries are signed after this, which changes them; the
 * code signature of the app seals them instead.
 */
export async function writeBackendFiles(dir: string, out: string, resigned: boolean): Promise<void> {
  const files: BackendFiles['files'] = {}
  await forEachOf((await filesBelow(dir)).sort(), async path => {
    const file = join(dir, path)
    files[path] = resigned && (await isMachO(file)) ? null : await hashFile(file)
  })
  await writeFile(out, JSON.stringify({ files }))
}
