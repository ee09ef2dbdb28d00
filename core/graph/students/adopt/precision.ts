/** Converts a model in half or double precision to float32, which training uses. */
import type { DataType, Graph, Tensor } from '../../model.ts'
import { dataTypes } from '../../model.ts'
import { intAttribute, tensorAttribute } from '../../node.ts'
import { floatTensor, toFloat32 } from '../../tensor.ts'

const others: ReadonlySet<DataType> = new Set<DataType>(['float16', 'bfloat16', 'float64'])
const casts = new Set<number>([dataTypes.float16, dataTypes.bfloat16, dataTypes.float64])

const widened = (tensor: Tensor): Tensor =>
  others.has(tensor.dataType) ? floatTensor(toFloat32(tensor), tensor.dims) : tensor

/** Converts weights, constants, inputs and outputs; returns whether there was anything to convert. Changes `graph`. */
export function toSinglePrecision(graph: Graph): boolean {
  const found = [...graph.initializers.values()].some(({ dataType }) => others.has(dataType))
  for (const [name, tensor] of graph.initializers) graph.initializers.set(name, widened(tensor))
  for (const value of [...graph.inputs, ...graph.outputs])
    if (others.has(value.dataType)) value.dataType = 'float32'
  for (const of of graph.nodes) {
    const { value } = of.attributes
    if (value?.type === 'tensor') of.attributes['value'] = tensorAttribute(widened(value.value))
    if (of.op === 'Cast' && casts.has(intAttribute(of, 'to', 0)))
      of.attributes['to'] = { type: 'int', value: dataTypes.float32 }
  }
  return found
}

/** After folding, what is still cast to float32 depends on the images, which are float32. Changes `graph`. */
export function dropCasts(graph: Graph): void {
  if (graph.inputs.some(({ dataType }) => dataType !== 'float32')) return
  for (const of of graph.nodes)
    if (of.op === 'Cast' && intAttribute(of, 'to', 0) === dataTypes.float32) {
      of.op = 'Identity'
      of.attributes = {}
    }
}
