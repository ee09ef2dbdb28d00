/** The image input: which one it is, and its order of axes. */
import { fail } from '../../base/error.ts'
import type { Graph, ValueInfo } from '../model.ts'
import { intsAttribute } from '../node.ts'

/** Inputs that the caller feeds; old files list the weights among the inputs as well. */
function fedInputs(graph: Graph): ValueInfo[] {
  return graph.inputs.filter(input => !graph.initializers.has(input.name))
}

/** The only image input of a classifier. Throws `unsupported`, naming the inputs. */
export function imageInput(graph: Graph): ValueInfo {
  const inputs = fedInputs(graph)
  const [input] = inputs
  const seen = inputs.map(
    ({ name, shape }) => `"${name}" [${shape?.map(dim => dim ?? '?').join(', ') ?? '…'}]`,
  )
  if (!input || inputs.length > 1)
    return fail(
      'unsupported',
      `a classifier has one input, the image; this model has ${seen.join(', ') || 'none'}`,
    )
  if (input.shape && input.shape.length !== 4)
    fail('unsupported', `the input ${seen[0]} is not a batch of images [N, 3, H, W]`)
  if (input.dataType !== 'float32')
    fail(
      'unsupported',
      `the input "${input.name}" takes ${input.dataType}; export the model with a float32 input`,
    )
  return input
}

/** Whether the input is [N, H, W, 3], as TensorFlow exports it. */
export function hasChannelsLast(input: ValueInfo): boolean {
  const [, second, , last] = input.shape ?? []
  return last === 3 && second !== 3
}

/**
 * The graph with an input [N, 3, H, W], if it was [N, H, W, 3] and begins with a transpose. Throws `unsupported` if
 * it does not begin like that.
 */
export function withChannelsFirst(graph: Graph, input: ValueInfo): Graph {
  if (!hasChannelsLast(input) || !input.shape) return graph
  const [n = null, h = null, w = null, c = null] = input.shape
  const readers = graph.nodes.filter(node => node.inputs.includes(input.name))
  if (readers.some(node => node.op !== 'Transpose' || intsAttribute(node, 'perm')?.join() !== '0,3,1,2'))
    fail('unsupported', `the input "${input.name}" has its channels last; export the model with [N, 3, H, W]`)
  const moved = new Map(readers.map(node => [node.outputs[0]!, input.name]))
  return {
    ...graph,
    inputs: graph.inputs.map(other => (other === input ? { ...input, shape: [n, c, h, w] } : other)),
    nodes: graph.nodes
      .filter(node => !readers.includes(node))
      .map(node => ({ ...node, inputs: node.inputs.map(name => moved.get(name) ?? name) })),
  }
}
