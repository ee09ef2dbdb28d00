/** The last linear layer of a classifier, and its replacement for another number of classes. */
import type { Graph, Node, Tensor } from '../../model.ts'
import { intAttribute, intsAttribute, node } from '../../node.ts'
import { floatTensor } from '../../tensor.ts'
import { initialValues, torchDefault } from '../../initialise.ts'
import { consumersOf, dropUnused, freshName, producersOf } from './draft.ts'

/** The linear layer from `features` numbers to `classes` logits. */
export interface Head {
  kind: 'Gemm' | 'MatMul' | 'Conv'
  /** The product's node. */
  linear: Node
  /** The Add behind a product that has no bias of its own. */
  add: Node | undefined
  weight: string
  bias: string | undefined
  features: number
  classes: number
  /** The following nodes up to the output, from the output backwards. */
  tail: Node[]
}

const reshaping = ['Flatten', 'Reshape', 'Squeeze']
const passing = [...reshaping, 'Identity', 'Dropout', 'GlobalAveragePool', 'ReduceMean', 'Relu']

/** `[features, classes]` of a linear node by its weight, or undefined if it is not a plain linear layer. */
function sizesOf(of: Node, weight: Tensor): [number, number] | undefined {
  const [a = 0, b = 0, ...kernel] = weight.dims
  if (of.op === 'Conv') {
    const strides = intsAttribute(of, 'strides') ?? []
    const plain = intAttribute(of, 'group', 1) === 1 && strides.every(stride => stride === 1)
    return plain && kernel.length > 0 && kernel.every(size => size === 1) ? [b, a] : undefined
  }
  if (weight.dims.length !== 2 || (of.op === 'Gemm' && intAttribute(of, 'transA', 0) === 1)) return undefined
  return of.op === 'Gemm' && intAttribute(of, 'transB', 0) === 1 ? [b, a] : [a, b]
}

/** The head of a classifier: Gemm, MatMul with or without Add, or a 1×1 Conv; undefined if the model ends differently. */
export function findHead(graph: Graph): Head | undefined {
  const producers = producersOf(graph)
  const tail: Node[] = []
  let last = producers.get(graph.outputs[0]?.name ?? '')
  while (last && passing.includes(last.op)) {
    tail.push(last)
    last = producers.get(last.inputs[0] ?? '')
  }
  const add = last?.op === 'Add' ? last : undefined
  const bias = add?.inputs.find(name => graph.initializers.has(name))
  const linear = add ? producers.get(add.inputs.find(name => name !== bias) ?? '') : last
  const weight = linear?.inputs[1] ?? ''
  const tensor = graph.initializers.get(weight)
  const kind = linear?.op
  if (!linear || !tensor || (add && !bias)) return undefined
  if (kind !== 'Gemm' && kind !== 'MatMul' && kind !== 'Conv') return undefined
  const sizes = sizesOf(linear, tensor)
  if (!sizes) return undefined
  const [features, classes] = sizes
  return { kind, linear, add, weight, bias: bias ?? (linear.inputs[2] || undefined), features, classes, tail }
}

/**
 * Replaces the head by a new linear layer (PyTorch's initialisation, U(±1/√features), always with a bias) and
 * keeps its weights' names. What reshaped the old logits becomes one Flatten, as its sizes no longer fit. Changes
 * `graph`.
 */
export function replaceHead(graph: Graph, head: Head, classes: number, seed: number): void {
  const { kind, linear, features } = head
  const consumers = consumersOf(graph)
  const own = (name: string | undefined, fallback: string): string => {
    if (name !== undefined && consumers.get(name)?.length === 1) return name
    return freshName(graph, fallback)
  }
  const weight = own(head.weight, 'head.weight')
  const bias = own(head.bias, weight.replace(/(\.?weight)?$/, '.bias'))
  const shape = { Gemm: [classes, features], MatMul: [features, classes], Conv: [classes, features, 1, 1] }[
    kind
  ]
  const init = torchDefault([classes, features], 1)
  graph.initializers.set(weight, floatTensor(initialValues(seed, weight, shape, init), shape))
  graph.initializers.set(bias, floatTensor(initialValues(seed, bias, [classes], init), [classes]))

  const [x = ''] = linear.inputs
  const result = (head.add ?? linear).outputs[0]!
  const { name } = linear
  let fresh: Node[]
  if (kind === 'Gemm') fresh = [node('Gemm', [x, weight, bias], [result], { transB: 1 }, name)]
  else if (kind === 'Conv')
    fresh = [node('Conv', [x, weight, bias], [result], { kernel_shape: [1, 1] }, name)]
  else {
    const product = head.add ? linear.outputs[0]! : freshName(graph, `${result}.product`)
    fresh = [
      node('MatMul', [x, weight], [product], {}, name),
      node('Add', [product, bias], [result], {}, head.add?.name ?? `${name}.bias`),
    ]
  }
  graph.nodes = graph.nodes.flatMap(of => (of === linear ? fresh : of === head.add ? [] : [of]))
  const [innermost] = head.tail.filter(of => reshaping.includes(of.op)).slice(-1)
  for (const of of head.tail)
    if (reshaping.includes(of.op)) {
      of.op = of === innermost ? 'Flatten' : 'Identity'
      of.inputs = of.inputs.slice(0, 1)
      of.attributes = of === innermost ? { axis: { type: 'int', value: 1 } } : {}
    }
  dropUnused(graph)
}
