/** Applies a head to every cell of a map: each operator on pooled features gets a counterpart on [N, D, h, w]. */
import { fail } from '../../base/error.ts'
import type { Cells } from '../cell/cells.ts'
import type { Node, Tensor } from '../model.ts'
import { operatorOf } from '../operators/index.ts'
import type { GraphView } from './graph-view.ts'

/** The pooled value, its per-cell form [N, size, h, w], and where its features are. */
export interface Pooled {
  value: string
  map: string
  rank: number
  axis: number
  size: number | undefined
}

/** The rewritten head. */
export interface PerCell {
  nodes: Node[]
  initializers: Map<string, Tensor>
  /** The label map's value and class count. */
  result: string
  classes: number
  /** Nonlinear operators that now act in each cell. */
  nonlinear: string[]
}

/** Rewrites the operators `nodes`, which lead from the pooled value to `logits`. `fresh` makes unused names. */
export function perCell(
  view: GraphView,
  nodes: Node[],
  pooled: Pooled,
  logits: string,
  fresh: (hint: string) => string,
): PerCell {
  const { value, map, rank, axis, size } = pooled
  const cells: Cells = {
    view,
    cells: new Map([[value, { name: map, rank, axis, size, affine: true }]]),
    nodes: [],
    initializers: new Map(),
    nonlinear: [],
    fresh,
  }
  for (const node of nodes) {
    const operator = operatorOf(node)
    if (!operator?.perCell) fail('unsupported', `the head's ${node.op} "${node.name}" has no per-cell form`)
    operator.perCell.write(cells, node, operator.attributes?.(node))
  }
  const last = cells.cells.get(logits) ?? fail('unsupported', `the head does not lead to "${logits}"`)
  return {
    nodes: cells.nodes,
    initializers: cells.initializers,
    result: last.name,
    classes: last.size ?? fail('unsupported', `the number of classes of "${logits}" is not known`),
    nonlinear: last.affine ? [] : cells.nonlinear,
  }
}
