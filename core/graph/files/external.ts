/** Loads weights from files next to a model, without ever leaving the model's folder, and each only once. */
import { realpath } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fail } from '../../base/error.ts'
import { reasonOf } from '../../base/files/disk-error.ts'
import type { ExternalData, OnnxModel, Tensor } from '../model.ts'
import { elementSize, elements } from '../tensor.ts'
import { tensorsOf } from '../tensors.ts'
import { openWithoutWaiting, readRange } from './read-range.ts'

type ExternalTensor = Tensor & { external: ExternalData }

/** Ranges closer than this are read together. */
const gapBytes = 65_536

/** Refuses a location that is not a plain relative path. */
function checkLocation(location: string, file: string): void {
  const refuse = (reason: string): never =>
    fail('bad-model', `${file} refers to the data file "${location.slice(0, 200)}", ${reason}`, {
      file,
      location,
    })
  if (location.includes('\0')) refuse('which is not a file name')
  if (/^([/\\]|[a-z]:)/i.test(location)) refuse('an absolute path; data must lie beside the model')
  if (location.split(/[/\\]/).includes('..')) refuse("which leaves the model's folder")
}

/** The real path of a data file, if it is inside one of the folders. */
async function resolveInside(location: string, file: string, folders: string[]): Promise<string> {
  checkLocation(location, file)
  let problem: unknown
  let outside = false
  for (const folder of folders) {
    try {
      const real = await realpath(join(folder, location))
      if (folders.some(inside => real.startsWith(inside.endsWith(sep) ? inside : inside + sep))) return real
      outside = true
    } catch (error) {
      problem ??= error
    }
  }
  if (outside)
    fail(
      'bad-model',
      `${file} refers to the data file "${location}", a link that leaves the model's folder`,
      {
        file,
        location,
      },
    )
  const missing = (problem as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  const reason = missing
    ? 'is not beside it; copy both files into one folder'
    : `cannot be read: ${reasonOf(problem)}`
  return fail(
    'bad-model',
    `${file} keeps weights in "${location}", which ${reason}`,
    { file, location },
    problem,
  )
}

/** Opens a data file, if it is inside one of the folders. */
async function openBeside(location: string, file: string, folders: string[]): Promise<FileHandle> {
  const path = await resolveInside(location, file, folders)
  return openWithoutWaiting(path).catch((error: unknown) =>
    fail('bad-model', `${file} keeps weights in "${location}", which cannot be read: ${reasonOf(error)}`, {
      file,
      location,
    }),
  )
}

/** Position of a tensor's elements, checked against the data file's size. */
function rangeOf(tensor: ExternalTensor, size: number, file: string): { start: number; end: number } {
  const { location, offset, length } = tensor.external
  const fixed = tensor.dataType !== 'string' && !tensor.dataType.startsWith('other:')
  const needed = fixed ? elements(tensor.dims) * elementSize(tensor.dataType) : length
  const bytes = length ?? needed
  if (tensor.dataType === 'string' || bytes === undefined || (needed !== undefined && needed !== bytes))
    fail(
      'bad-model',
      `${file}: a ${tensor.dataType} tensor of shape [${tensor.dims.join(', ')}] takes ${length ?? '?'} bytes of "${location}", which does not fit`,
      { file, location },
    )
  if (offset + bytes > size)
    fail(
      'bad-model',
      `${file} refers to bytes ${offset} to ${offset + bytes} of "${location}", which has ${size}: the data file is truncated or another model's`,
      { file, location, offset, bytes, size },
    )
  return { start: offset, end: offset + bytes }
}

/** Loads the tensors of one data file; reads each byte at most once, even if several tensors share it. */
async function loadFrom(handle: FileHandle, tensors: ExternalTensor[], file: string): Promise<void> {
  const stat = await handle.stat()
  const location = tensors[0]?.external.location ?? ''
  if (!stat.isFile())
    fail('bad-model', `${file} refers to "${location}", which is not a file`, { file, location })
  const ranges = tensors
    .map(tensor => ({ tensor, ...rangeOf(tensor, stat.size, file) }))
    .sort((a, b) => a.start - b.start)
  for (let first = 0; first < ranges.length;) {
    const start = ranges[first]!.start
    let end = start
    let last = first
    while (last < ranges.length && ranges[last]!.start <= end + gapBytes) {
      end = Math.max(end, ranges[last]!.end)
      last++
    }
    const bytes = await readRange(handle, start, end - start, location)
    for (const range of ranges.slice(first, last)) {
      range.tensor.raw = bytes.subarray(range.start - start, range.end - start)
      delete (range.tensor as Tensor).external
    }
    first = last
  }
}

/**
 * Loads external weights into the model's tensors (in place; returns the model). `folders` are real paths. RelabelError
 * `bad-model` for absolute paths, `..`, links out of the folders, missing or short files.
 */
export async function loadExternal(model: OnnxModel, file: string, folders: string[]): Promise<OnnxModel> {
  const byLocation = Map.groupBy(
    tensorsOf(model.graph).filter((tensor): tensor is ExternalTensor => tensor.external !== undefined),
    tensor => tensor.external.location,
  )
  for (const [location, tensors] of byLocation) {
    const handle = await openBeside(location, file, folders)
    try {
      await loadFrom(handle, tensors, file)
    } finally {
      await handle.close()
    }
  }
  return model
}
