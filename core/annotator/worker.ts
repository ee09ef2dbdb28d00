/** The annotator's helper thread: image files to input tensors, logits to label maps. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fail, messageOf } from '../base/error.ts'
import { normalisation } from '../image/normalise.ts'
import { decodeToPlanes } from '../image/resized.ts'
import { serve } from '../image/serve.ts'
import { topK } from '../labelmap/top-k.ts'
import type { LabelMap } from '../labelmap/label-map.ts'
import type { Preprocessing } from './preprocess.ts'

/** Decode a file and write its normalised pixels `[3, height, width]` at `offset` (floats) of a shared buffer. */
export interface LoadTask {
  kind: 'load'
  file: string
  width: number
  height: number
  preprocessing: Preprocessing
  buffer: SharedArrayBuffer
  offset: number
}

/** Keep the top classes of logits `[C, H, W]` at `offset` (floats) of a shared buffer. */
export interface TopTask {
  kind: 'top'
  buffer: SharedArrayBuffer
  offset: number
  shape: [C: number, H: number, W: number]
  k: number
}

/** A task of this thread, and its answer. */
export type AnnotatorTask = LoadTask | TopTask
export type AnnotatorAnswer = { sha256: string } | { map: LabelMap }

async function load(task: LoadTask): Promise<AnnotatorAnswer> {
  const { file, width, height, buffer, offset, preprocessing } = task
  const planes = new Float32Array(buffer, offset * 4, width * height * 3)
  const { mean, std } = preprocessing
  // The hash first: of a file that is replaced in between, a later look then sees that this is not the one.
  const bytes = await readFile(file).catch(messageOf)
  await decodeToPlanes(file, { width, height }, normalisation(mean, std), planes)
  if (typeof bytes === 'string') {
    const reason = `the file cannot be read (${bytes})`
    return fail('bad-image', `${file}: ${reason}`, { file, reason, passing: true })
  }
  return { sha256: createHash('sha256').update(bytes).digest('hex') }
}

serve<AnnotatorTask, AnnotatorAnswer>(
  async task => {
    if (task.kind === 'load') return load(task)
    const { buffer, offset, shape, k } = task
    const dense = new Float32Array(buffer, offset * 4, shape[0] * shape[1] * shape[2])
    return { map: topK(dense, shape, k) }
  },
  answer =>
    'map' in answer ? [answer.map.ids.buffer as ArrayBuffer, answer.map.logits.buffer as ArrayBuffer] : [],
)
