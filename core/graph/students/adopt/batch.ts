/** Makes the batch size of a model flexible that was exported with a fixed one. */
import type { Graph } from '../../model.ts'
import { intAttribute, node, tensorAttribute } from '../../node.ts'
import { constantTensor } from '../../operators/constant.ts'
import { elements, intTensor, toNumbers } from '../../tensor.ts'
import { freshName, producersOf } from './draft.ts'

/**
 * Makes batch, height and width of the input symbols. If the batch was a number, reshapes of maps that name it copy
 * it instead (0 in ONNX); returns how many did. Changes `graph`.
 */
export function freeBatch(graph: Graph): number {
  const [input] = graph.inputs
  if (!input?.shape) return 0
  const [batch] = input.shape
  const [, channels = null] = input.shape
  input.shape =
    input.shape.length === 4 ? ['batch', channels, 'height', 'width'] : input.shape.with(0, 'batch')
  if (typeof batch !== 'number') return 0
  const producers = producersOf(graph)
  let changed = 0
  for (const of of [...graph.nodes]) {
    const [data = '', shape = ''] = of.inputs
    const source = producers.get(shape)
    const tensor =
      graph.initializers.get(shape) ?? (source?.op === 'Constant' ? constantTensor(source) : undefined)
    const constant = graph.initializers.has(data) || producers.get(data)?.op === 'Constant'
    if (of.op !== 'Reshape' || constant || !tensor || elements(tensor.dims) < 2) continue
    const numbers = toNumbers(tensor)
    if (numbers[0] !== batch || intAttribute(of, 'allowzero', 0) === 1) continue
    const free = freshName(graph, `${shape}.free`)
    graph.nodes.unshift(
      node('Constant', [], [free], { value: tensorAttribute(intTensor(numbers.with(0, 0))) }),
    )
    of.inputs[1] = free
    changed++
  }
  return changed
}
