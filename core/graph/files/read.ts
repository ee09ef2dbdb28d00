/** Reads ONNX files of any size, including weights in files next to them. */
import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { RelabelError, fail } from '../../base/error.ts'
import { reasonOf } from '../../base/files/disk-error.ts'
import type { OnnxModel } from '../model.ts'
import { decodeModel } from '../onnx/decode.ts'
import { maxModelBytes } from '../onnx/encode.ts'
import { loadExternal } from './external.ts'
import { openWithoutWaiting, readRange } from './read-range.ts'

/**
 * A model from a file, its weights loaded. Errors: `not-found`; `bad-model` for what is truncated, not ONNX, or refers
 * to data that is not beside it (see `loadExternal`).
 */
export async function readOnnx(path: string): Promise<OnnxModel> {
  const file = basename(path)
  try {
    const handle = await openWithoutWaiting(path)
    let bytes: Uint8Array
    try {
      const stat = await handle.stat()
      if (!stat.isFile()) fail('bad-model', `${file} is not a file`, { file: path })
      if (stat.size > maxModelBytes)
        fail('bad-model', `${file} has ${stat.size} bytes, more than ONNX allows in one file`, { file: path })
      bytes = await readRange(handle, 0, stat.size, file)
    } finally {
      await handle.close()
    }
    const model = decodeModel(bytes, file)
    // A cache may contain links to the model and its data, so the real folder is allowed too.
    const folders = new Set([await realpath(dirname(path)), dirname(await realpath(path))])
    return await loadExternal(model, file, [...folders])
  } catch (error) {
    if (error instanceof RelabelError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT') fail('not-found', `there is no file ${path}`, { file: path }, error)
    return fail('bad-model', `${path} cannot be read: ${reasonOf(error)}`, { file: path }, error)
  }
}
