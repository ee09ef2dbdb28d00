/** Finding the head: from the logits back to the pool through which everything passes. */
import { fail } from '../../base/error.ts'
import { refuse } from '../cell/refuse.ts'
import type { Node } from '../model.ts'
import { operatorOf } from '../operators/index.ts'
import type { GraphView } from './graph-view.ts'
import type { Pool } from './pool.ts'
import { poolAt } from './pool.ts'
import { refusalOf } from './refuse.ts'

/** The pool, and what follows it. */
export interface Head {
  pool: Pool
  /** Operators between the pool and the logits, in forward order. */
  nodes: Node[]
  /** The value whose per-cell form becomes the label map. */
  logits: string
  /** The operators after it that were dropped. */
  dropped: string[]
}

const trailing = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'Identity', 'Dropout'])

/** The logits behind an output: what comes before a closing Softmax, LogSoftmax or Sigmoid. */
function beforeTrailing(view: GraphView, output: string): { logits: string; dropped: string[] } {
  const dropped: string[] = []
  let logits = output
  for (;;) {
    const node = view.graph.nodes[view.producer.get(logits) ?? -1]
    if (!node || node.domain !== '' || !trailing.has(node.op)) return { logits, dropped }
    if (node.op !== 'Identity' && node.op !== 'Dropout') dropped.unshift(node.op)
    logits = node.inputs[0]!
  }
}

/** The head behind one output. Throws RelabelError `unsupported` with the reason and what would work. */
export function findHead(view: GraphView, output: string): Head {
  const { graph, producer } = view
  const rank = view.facts.get(output)?.shape?.length
  if (rank !== undefined && rank > 2 && !isPooled(view, output))
    refuse(`its output "${output}" has ${rank} dimensions, where a classifier gives [N, classes]`, [
      'If this is an annotator already, use the classifier it was made from.',
    ])
  const { logits, dropped } = beforeTrailing(view, output)
  const frontier = new Set([logits])
  const nodes: number[] = []
  while (frontier.size > 0) {
    const [name, index] = latest(frontier, producer)
    const node = graph.nodes[index]
    if (!node)
      return refuse(
        `nothing pools the feature map between the input "${name}" and the output "${output}"`,
        [],
      )
    const pool = frontier.size === 1 ? poolAt(view, node) : undefined
    if (pool) {
      const forward = nodes.sort((a, b) => a - b).map(i => graph.nodes[i]!)
      return { pool, nodes: forward, logits, dropped }
    }
    const known = operatorOf(node)?.perCell !== undefined && !looksAround(view, node)
    const reason = refusalOf(
      view,
      node,
      nodes.map(i => graph.nodes[i]!),
      !known,
    )
    if (reason) refuse(reason.why, reason.advice)
    nodes.push(index)
    for (const made of node.outputs) frontier.delete(made)
    for (const input of view.dataInputs(node)) frontier.add(input)
  }
  return fail('unsupported', `the output "${output}" does not depend on the model's input`)
}

/** Whether a convolution reads neighbours, so that it cannot belong to pooled features. */
function looksAround(view: GraphView, node: Node): boolean {
  const kernel = node.op === 'Conv' ? view.facts.get(node.inputs[1] ?? '')?.shape?.slice(2) : undefined
  return kernel?.some(size => size !== 1) ?? false
}

/** Whether all dimensions behind the second are 1, as after a 1×1 convolution on pooled features. */
function isPooled(view: GraphView, name: string): boolean {
  return (
    view.facts
      .get(name)
      ?.shape?.slice(2)
      .every(dim => dim === 1) ?? false
  )
}

/** The value of the frontier that is made last, and by which node (−1: an input). */
function latest(frontier: Set<string>, producer: Map<string, number>): [name: string, index: number] {
  let best: [string, number] = ['', -2]
  for (const name of frontier) {
    const index = producer.get(name) ?? -1
    if (index > best[1]) best = [name, index]
  }
  return best
}
