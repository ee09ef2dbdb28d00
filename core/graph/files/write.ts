/** Writing ONNX files: streamed, atomic, and with the weights beside the model where one file cannot hold them. */
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RelabelError, fail, messageOf } from '../../base/error.ts'
import type { Attribute, Graph, Node, OnnxModel, Tensor } from '../model.ts'
import { encodeParts, maxModelBytes } from '../onnx/encode.ts'
import { tensorsOf } from '../tensors.ts'

/** Tensors from this size on go into the data file, at offsets that can be mapped into memory. */
const externalBytes = 1024
const pageBytes = 4096

/** One call writes at most this much (a limit of the system below 2^31). */
const chunkBytes = 2 ** 30

/** A model whose large tensors refer to `location`, and the pieces of that file. */
export function externalize(model: OnnxModel, location: string): { model: OnnxModel; parts: Uint8Array[] } {
  const parts: Uint8Array[] = []
  let offset = 0
  const move = (tensor: Tensor): Tensor => {
    if (tensor.raw.length < externalBytes) return tensor
    const gap = (pageBytes - (offset % pageBytes)) % pageBytes
    if (gap > 0) parts.push(new Uint8Array(gap))
    parts.push(tensor.raw)
    const moved = {
      ...tensor,
      raw: new Uint8Array(0),
      external: { location, offset: offset + gap, length: tensor.raw.length },
    }
    offset += gap + tensor.raw.length
    return moved
  }
  const moveAttribute = (attribute: Attribute): Attribute =>
    attribute.type === 'tensor' ? { ...attribute, value: move(attribute.value) } : attribute
  const moveNode = (node: Node): Node => ({
    ...node,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([name, attribute]) => [name, moveAttribute(attribute)]),
    ),
  })
  const graph: Graph = {
    ...model.graph,
    initializers: new Map([...model.graph.initializers].map(([name, tensor]) => [name, move(tensor)])),
    nodes: model.graph.nodes.map(moveNode),
  }
  return { model: { ...model, graph }, parts }
}

/** Writes pieces to a temporary file, makes them durable, and gives the file its name in one step. */
async function writeAtomically(path: string, parts: Uint8Array[]): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${Date.now().toString(36)}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      for (const part of parts)
        for (let at = 0; at < part.length;) {
          const { bytesWritten } = await handle.write(part, at, Math.min(chunkBytes, part.length - at))
          at += bytesWritten
        }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Makes the new name itself durable, where the system can (not on Windows). */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch {
    // the content is safe; only the rename's own durability is left to the system
  }
}

const sizeOf = (parts: Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)

/**
 * Writes a model. A reader of `path` sees the old or the new file, never half of one. Above `maxBytes` (2 GB, ONNX's
 * limit for one file) the weights go to `<name>.data` beside it. RelabelError `disk` where writing fails, `usage` for a
 * model whose weights were not loaded.
 */
export async function writeOnnx(
  model: OnnxModel,
  path: string,
  options: { maxBytes?: number } = {},
): Promise<void> {
  if (tensorsOf(model.graph).some(tensor => tensor.external))
    fail('usage', `${basename(path)}: load the model's external weights (readOnnx) before writing it`)
  const maxBytes = options.maxBytes ?? maxModelBytes
  const weights = tensorsOf(model.graph).reduce((sum, tensor) => sum + tensor.raw.length, 0)
  try {
    if (weights < maxBytes) {
      const parts = encodeParts(model)
      if (sizeOf(parts) <= maxBytes) return await writeAtomically(path, parts)
    }
    const location = `${basename(path)}.data`
    const split = externalize(model, location)
    await writeAtomically(join(dirname(path), location), split.parts)
    await writeAtomically(path, encodeParts(split.model))
  } catch (error) {
    if (error instanceof RelabelError) throw error
    fail('disk', `${path} cannot be written: ${messageOf(error)}`, { file: path }, error)
  }
}
