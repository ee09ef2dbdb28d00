/** Writes ONNX files: streamed and atomic, with the weights next to the model if one file cannot hold them. */
import { basename, dirname, join } from 'node:path'
import { fail } from '../../base/error.ts'
import { writeAtomic } from '../../base/files/atomic.ts'
import type { Attribute, Graph, Node, OnnxModel, Tensor } from '../model.ts'
import { encodeParts, maxModelBytes } from '../onnx/encode.ts'
import { tensorsOf } from '../tensors.ts'

/** Tensors of at least this size go into the data file, at offsets that can be memory-mapped. */
const externalBytes = 1024
const pageBytes = 4096

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

const sizeOf = (parts: Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)

/**
 * Writes a model. A reader of `path` sees the old or the new file, never half of one. Above `maxBytes` (2 GB, ONNX's
 * limit for one file) the weights go to `<name>.data` beside it. RelabelError `disk` if writing fails, `usage` for a
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
  if (weights < maxBytes) {
    const parts = encodeParts(model)
    if (sizeOf(parts) <= maxBytes) return writeAtomic(path, parts)
  }
  const location = `${basename(path)}.data`
  const split = externalize(model, location)
  await writeAtomic(join(dirname(path), location), split.parts)
  await writeAtomic(path, encodeParts(split.model))
}
