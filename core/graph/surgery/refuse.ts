/** Explains why a model cannot become an annotator, and what would work instead. */
import type { Dim, Node } from '../model.ts'
import { intsAttribute } from '../node.ts'
import { operatorName, operatorOf } from '../operators/index.ts'
import type { GraphView } from './graph-view.ts'
import { poolAt } from './pool.ts'

/** A reason, and ways out. */
export interface Refusal {
  why: string
  advice: string[]
}

const show = (shape: readonly Dim[] | undefined): string =>
  `[${(shape ?? []).map(dim => dim ?? '?').join(', ')}]`

/** Whether a node extracts single positions from the token axis. */
function takesToken(view: GraphView, node: Node): boolean {
  const shape = view.facts.get(node.inputs[0] ?? '')?.shape
  if (shape?.length !== 3) return false
  const before = shape[1]
  const after = view.facts.get(node.outputs[0] ?? '')?.shape
  const left = after?.length === 3 ? after[1] : 1
  return (node.op === 'Gather' || node.op === 'Slice' || node.op === 'Split') && before !== 1 && left === 1
}

const classToken: Refusal = {
  why: 'its head reads a class token, so no linear layer belongs to the cells of the image',
  advice: [
    'A variant that averages the tokens works: a vision transformer with global average pooling (timm: global_pool="avg"), or a Swin transformer.',
  ],
}

/** Whether a shape operator merges positions into features. */
function mergesPositions(view: GraphView, node: Node): Dim[] | undefined {
  const before = view.facts.get(node.inputs[0] ?? '')?.shape
  if (!before || before.length < 3 || operatorOf(node)?.perCell?.kind !== 'axes') return undefined
  // An average pool of unknown output size is assumed to be the head's, because a linear layer follows.
  const maker = view.graph.nodes[view.producer.get(node.inputs[0] ?? '') ?? -1]
  const pooled = maker?.op === 'AveragePool' && poolAt(view, maker) !== undefined
  const wide = before.slice(1).filter(dim => dim !== 1 && !(pooled && dim === null))
  const after = view.facts.get(node.outputs[0] ?? '')?.shape
  return wide.length > 1 && after && after.length < before.length ? before : undefined
}

/**
 * Why the head cannot be converted at `node`, or undefined if it can. `after` are the operators between it and
 * the logits, last one first; `unknown` means that it cannot be applied per cell.
 */
export function refusalOf(view: GraphView, node: Node, after: Node[], unknown: boolean): Refusal | undefined {
  if (takesToken(view, node)) return classToken
  const linear = after.filter(({ op }) => op === 'Gemm' || op === 'MatMul').length
  const merged = mergesPositions(view, node)
  if (merged)
    return {
      why: `${linear === 1 ? 'a linear layer reads' : `${linear} linear layers read`} the whole feature map ${show(merged)} at once (${node.op}, as in VGG and AlexNet), so its weights belong to positions and not to cells`,
      advice: ['A model that pools before its linear layer works.'],
    }
  if (node.op === 'GlobalMaxPool' || node.op === 'MaxPool' || node.op === 'ReduceMax')
    return {
      why: `it takes the maximum over the map (${node.op}) where a mean is needed: the mean of a label map would not be its logits`,
      advice: ['A model with average pooling works.'],
    }
  if (node.op === 'GlobalAveragePool')
    return {
      why: 'its average pool is only one of several ways from the feature map to the logits',
      advice: [],
    }
  if (node.op === 'AveragePool') {
    const shape = view.facts.get(node.inputs[0] ?? '')?.shape
    return {
      why: `the last pool, AveragePool of ${(intsAttribute(node, 'kernel_shape') ?? []).join('×')}, is not a mean over the map ${show(shape)}`,
      advice: [],
    }
  }
  if (node.op === 'MatMul' && view.dataInputs(node).length > 1)
    return {
      why: `its head weighs positions by attention (MatMul "${node.name}" of two computed values)`,
      advice: [],
    }
  if (node.op === 'ReduceMean' && after.length > 0) return undefined
  if (!unknown) return undefined
  const found = after
    .slice(0, 6)
    .map(({ op }) => op)
    .reverse()
  return {
    why: `no pool was found before its logits; the end of the graph is ${[operatorName(node), ...found].join(' → ')}`,
    advice: [],
  }
}
