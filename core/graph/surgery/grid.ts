/** Brings a feature map from the layout that the pool reads into the order [N, D, h, w]. */
import type { Dim, Node, Tensor } from '../model.ts'
import { node as makeNode } from '../node.ts'
import { intTensor } from '../tensor.ts'
import type { GraphView } from './graph-view.ts'
import type { Pool } from './pool.ts'
import { refuse } from '../cell/refuse.ts'

/** The grid that L tokens came from: a feature map of that many cells before the pool, else a square. */
function gridOf(view: GraphView, pool: Pool, tokens: Dim, features: Dim): [h: number, w: number] {
  if (typeof tokens !== 'number')
    return refuse('the number of its tokens is not fixed, so it is not known how they lie in the image', [
      'Export it with a fixed image size (no dynamic height and width).',
    ])
  const end = view.producer.get(pool.source) ?? 0
  for (let index = end; index >= 0; index--) {
    for (const name of view.graph.nodes[index]!.outputs) {
      const shape = view.facts.get(name)?.shape
      if (shape?.length !== 4) continue
      for (const [h, w, d] of [shape.slice(2).concat(shape[1]!), shape.slice(1)])
        if (typeof h === 'number' && typeof w === 'number' && h * w === tokens && d === features)
          return [h, w]
    }
  }
  const side = Math.sqrt(tokens)
  if (Number.isInteger(side)) return [side, side]
  return refuse(
    `its ${tokens} tokens are not a square grid, and no feature map of that many cells was found`,
    ['If a class token is averaged with the others, export a variant without it.'],
  )
}

/** Nodes that convert the pool's source to [N, D, h, w]; none if it already has that order. */
export function toImageOrder(
  view: GraphView,
  pool: Pool,
  fresh: (hint: string) => string,
): { map: string; nodes: Node[]; initializers: Map<string, Tensor> } {
  const initializers = new Map<string, Tensor>()
  const { source, layout } = pool
  if (layout === 'NDhw') return { map: source, nodes: [], initializers }
  const map = fresh('feature_map')
  if (layout === 'NhwD')
    return { map, nodes: [makeNode('Transpose', [source], [map], { perm: [0, 3, 1, 2] })], initializers }
  const shape = view.facts.get(source)?.shape
  const [tokens, features] = layout === 'NLD' ? [shape?.[1], shape?.[2]] : [shape?.[2], shape?.[1]]
  const [h, w] = gridOf(view, pool, tokens ?? null, features ?? null)
  const target = fresh('feature_map_shape')
  initializers.set(target, intTensor([0, 0, h, w]))
  if (layout === 'NDL') return { map, nodes: [makeNode('Reshape', [source, target], [map])], initializers }
  const columns = fresh('feature_columns')
  const nodes = [
    makeNode('Transpose', [source], [columns], { perm: [0, 2, 1] }),
    makeNode('Reshape', [columns, target], [map]),
  ]
  return { map, nodes, initializers }
}
