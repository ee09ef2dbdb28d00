/** Describes the head: operators in forward order, with the parts that exporters split joined again. */
import type { Node } from '../model.ts'
import type { GraphView } from './graph-view.ts'
import type { Head } from './find-head.ts'
import { operators } from '../operators/index.ts'

const activations = [...operators]
  .filter(([, { perCell }]) => perCell?.kind === 'activation')
  .map(([name]) => name)

/** Sequences that exporters write for one operator. */
const sequences: [pattern: RegExp, name: string][] = [
  [/ReduceMean Sub (?:Pow|Mul) ReduceMean Add Sqrt (?:Div|Reciprocal Mul)(?: Mul Add)?/g, 'LayerNorm'],
  [/Div Erf Add Mul Mul/g, 'Gelu'],
  [/Div Erf Add Mul/g, 'Gelu'],
  [/Sigmoid Mul/g, 'SiLU'],
  [/HardSigmoid Mul/g, 'HardSwish'],
  [/MatMul Add/g, 'MatMul_+_Add'],
  [/LayerNormalization/g, 'LayerNorm'],
  [/LpNormalization/g, 'LpNorm'],
]

/** Common names of a sequence of operators. */
function namesOf(nodes: Node[]): string[] {
  const ops = nodes.filter(({ op }) => op !== 'Identity').map(({ op }) => op)
  const joined = sequences.reduce((text, [pattern, name]) => text.replace(pattern, name), ops.join(' '))
  return joined.split(' ').filter(name => name !== '')
}

const linear = new Set(['Gemm', 'MatMul', 'Conv'])

/** The head as text, such as `GlobalAveragePool → Flatten → Gemm`. */
export function describeHead(view: GraphView, head: Head): string {
  const names = namesOf([...head.pool.nodes, ...head.nodes])
  const before = view.graph.nodes[view.producer.get(head.pool.source) ?? -1]
  const norm = before?.op === 'LayerNormalization'
  // If nothing linear follows the pool, the layer before it is the classifier.
  if (before && (norm || !head.nodes.some(({ op }) => linear.has(op)))) names.unshift(...namesOf([before]))
  return names.map(name => name.replaceAll('_', ' ')).join(' → ')
}

/** The parts of the head that are only approximated by applying them in each cell. */
export function describeApproximation(head: Head, nonlinear: string[]): string {
  const special = new Set([...activations, 'LayerNorm', 'LpNorm', 'Gelu', 'SiLU', 'HardSwish'])
  const named = namesOf(head.nodes).filter(name => special.has(name))
  const names = [...new Set(named.length > 0 ? named : nonlinear)]
  const acts = names.length === 1 ? 'acts' : 'act'
  return `${names.join(' and ')} ${acts} in each cell instead of once after the pool, so the mean of the map only comes close to the logits`
}
