/** Recognises the pool: a mean over all positions of a feature map, in any layout that exporters write. */
import type { Dim, Node } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { fromFront, integersOf } from '../shape/fact.ts'
import type { GraphView } from './graph-view.ts'

/** How a feature map lies in memory: image, image with channels last, tokens, or tokens with channels first. */
export type MapLayout = 'NDhw' | 'NhwD' | 'NLD' | 'NDL'

/** A pool: what it reads, what it gives. */
export interface Pool {
  /** Its operators in forward order (two for a mean over columns and then rows). */
  nodes: Node[]
  /** The feature map's value. */
  source: string
  layout: MapLayout
  /** The pooled value, its rank, and which of its axes holds the features. */
  result: string
  rank: number
  axis: number
  warnings: string[]
}

/** Axes of a reduction counted from the front, or undefined if they are not known. */
function axesOf(view: GraphView, node: Node, rank: number): number[] | undefined {
  const listed = intsAttribute(node, 'axes') ?? integersOf(view.facts.get(node.inputs[1] ?? '')?.value)
  return listed?.map(axis => fromFront(axis, rank)).sort((a, b) => a - b)
}

const layouts: Record<string, MapLayout> = { '4:2,3': 'NDhw', '4:1,2': 'NhwD', '3:1': 'NLD', '3:2': 'NDL' }

/** Where the features are in each layout. */
const featureAxis = (layout: MapLayout): number =>
  layout === 'NDhw' || layout === 'NDL' ? 1 : layout === 'NLD' ? 2 : 3

function meanOf(view: GraphView, node: Node): Pool | undefined {
  const source = node.inputs[0] ?? ''
  const keep = intAttribute(node, 'keepdims', 1) !== 0
  const listed = intsAttribute(node, 'axes') ?? view.facts.get(node.inputs[1] ?? '')?.value
  // A mean over two axes is a mean over an image, even if shape inference lost the rank.
  const rank = view.facts.get(source)?.shape?.length ?? (listed?.length === 2 ? 4 : undefined)
  if (rank === undefined) return undefined
  const axes = axesOf(view, node, rank)
  if (!axes) return undefined
  const result = node.outputs[0]!
  const before = view.graph.nodes[view.producer.get(source) ?? -1]
  if (axes.length === 1 && before?.op === 'ReduceMean' && before.inputs[0]) {
    const twice = twoMeans(view, before, node, axes[0]!, keep)
    if (twice) return twice
  }
  const layout = layouts[`${rank}:${axes.join()}`]
  if (!layout) return undefined
  const at = featureAxis(layout)
  const axis = keep ? at : at - axes.filter(reduced => reduced < at).length
  return { nodes: [node], source, layout, result, rank: keep ? rank : rank - axes.length, axis, warnings: [] }
}

/** A mean over one spatial axis and then over the other, as in `x.mean(3).mean(2)`. */
function twoMeans(view: GraphView, first: Node, second: Node, axis: number, keep: boolean): Pool | undefined {
  const source = first.inputs[0]!
  const firstKeeps = intAttribute(first, 'keepdims', 1) !== 0
  const [inner, ...more] = axesOf(view, first, 4) ?? []
  const rank = view.facts.get(source)?.shape?.length
  if (inner === undefined || more.length > 0 || rank !== 4) return undefined
  const outer = firstKeeps || axis < inner ? axis : axis + 1
  const layout = layouts[`4:${[inner, outer].sort().join()}`]
  if (!layout) return undefined
  const remaining = [0, 1, 2, 3].filter(i => (firstKeeps || i !== inner) && (keep || i !== outer))
  return {
    nodes: [first, second],
    source,
    layout,
    result: second.outputs[0]!,
    rank: remaining.length,
    axis: remaining.indexOf(featureAxis(layout)),
    warnings: [],
  }
}

/** An average over a window that is the whole map. */
function fixedPool(view: GraphView, node: Node): Pool | undefined {
  const source = node.inputs[0] ?? ''
  const kernel = intsAttribute(node, 'kernel_shape') ?? []
  const map: Dim[] = view.facts.get(source)?.shape?.slice(2) ?? kernel.map(() => null)
  const padded = intsAttribute(node, 'pads')?.some(pad => pad !== 0)
  const covers =
    kernel.length === map.length && kernel.every((size, i) => typeof map[i] !== 'number' || size === map[i])
  if (kernel.length !== 2 || padded || !covers) return undefined
  const certain = map.every(size => typeof size === 'number')
  const warnings = certain
    ? []
    : [
        `AveragePool of ${kernel.join('×')} is taken to cover the whole map, as the linear layer after it requires`,
      ]
  return { nodes: [node], source, layout: 'NDhw', result: node.outputs[0]!, rank: 4, axis: 1, warnings }
}

/** The pool that a node is (the end of), or undefined. */
export function poolAt(view: GraphView, node: Node): Pool | undefined {
  if (node.domain !== '') return undefined
  if (node.op === 'ReduceMean') return meanOf(view, node)
  if (node.op === 'AveragePool') return fixedPool(view, node)
  if (node.op !== 'GlobalAveragePool') return undefined
  const rank = view.facts.get(node.inputs[0] ?? '')?.shape?.length ?? 4
  if (rank !== 3 && rank !== 4) return undefined
  const layout = rank === 3 ? 'NDL' : 'NDhw'
  return {
    nodes: [node],
    source: node.inputs[0]!,
    layout,
    result: node.outputs[0]!,
    rank,
    axis: 1,
    warnings: [],
  }
}
