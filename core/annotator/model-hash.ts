/** Identifies the model of an annotation: a hash of its file, and of the files with its weights. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fail } from '../base/error.ts'
import { diskError } from '../base/files/disk-error.ts'
import { readBytes } from '../base/files/read.ts'
import { decodeModel } from '../graph/onnx/decode.ts'
import { tensorsOf } from '../graph/tensors.ts'

/** Above this an ONNX file cannot be one protobuf message. */
const maxBytes = 2 ** 31

/**
 * SHA-256 of an ONNX file as `sha256sum` gives it; where weights lie in files beside it, of all these bytes one after
 * another (files sorted by name). Rejects with `not-found` or `bad-model`.
 */
export async function modelHash(file: string): Promise<string> {
  const info = await stat(file).catch(() => undefined)
  if (!info) fail('not-found', `the model ${file} does not exist`, { file })
  if (!info?.isFile() || info.size >= maxBytes)
    fail('bad-model', `${file} is not an ONNX file (or one of more than 2 GB, which ONNX does not allow)`, {
      file,
    })
  const bytes = readBytes(file, { what: 'a model (ONNX)', maxBytes })
  const hash = createHash('sha256').update(bytes)
  const locations = new Set(
    tensorsOf(decodeModel(bytes, file).graph).flatMap(tensor => tensor.external?.location ?? []),
  )
  for (const location of [...locations].sort()) {
    // Where it may lie is checked when the model is read; a path that leads out is not even hashed.
    if (/^([/\\]|[a-z]:)/i.test(location) || location.split(/[/\\]/).includes('..')) continue
    const path = join(dirname(file), location)
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
    } catch (error) {
      diskError(error, path, 'read')
    }
  }
  return hash.digest('hex')
}
