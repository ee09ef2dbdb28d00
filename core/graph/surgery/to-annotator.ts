/** Classifier → annotator: cut the pool, and apply the head to every cell of the feature map. */
import { RelabelError, fail } from '../../base/error.ts'
import type { Dim, Graph, Node, OnnxModel, Tensor } from '../model.ts'
import { floatValue, node as makeNode } from '../node.ts'
import { describeApproximation, describeHead } from './describe.ts'
import { findHead } from './find-head.ts'
import type { Head } from './find-head.ts'
import { freeSizes } from './free-sizes.ts'
import { viewOf } from './graph-view.ts'
import type { GraphView } from './graph-view.ts'
import { toImageOrder } from './grid.ts'
import { hasChannelsLast, imageInput, withChannelsFirst } from './image-input.ts'
import { strideOf } from './map-size.ts'
import { perCell } from './per-cell.ts'
import { pruned, renamed } from './prune.ts'
import { labelMapName } from './report.ts'
import type { SurgeryReport } from './report.ts'

/** The head behind the first output that has one; `logits` is tried before the others. */
function anyHead(view: GraphView): Head {
  const outputs = view.graph.outputs.map(({ name }) => name)
  const order = [...outputs.filter(name => name === 'logits'), ...outputs.filter(name => name !== 'logits')]
  let refusal: unknown
  for (const output of order) {
    try {
      return findHead(view, output)
    } catch (error) {
      if (!(error instanceof RelabelError)) throw error
      refusal ??= error
    }
  }
  throw refusal ?? fail('bad-model', 'the model has no output')
}

/** Makes unused names. */
function nameMaker(graph: Graph): { fresh: (hint: string) => string; hints: Map<string, string> } {
  const used = new Set([labelMapName, ...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)])
  for (const { outputs } of graph.nodes) outputs.forEach(name => used.add(name))
  const hints = new Map<string, string>()
  const fresh = (hint: string): string => {
    let name = hint
    for (let i = 1; used.has(name); i++) name = `${hint}_${i}`
    used.add(name)
    if (name !== hint) hints.set(name, hint)
    return name
  }
  return { fresh, hints }
}

/** Gives new values the names of those that they replace, if these are no longer used. */
function withOldNames(graph: Graph, hints: Map<string, string>): Graph {
  const names = new Set([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)])
  for (const { outputs } of graph.nodes) outputs.forEach(name => names.add(name))
  const back = new Map<string, string>()
  for (const [name, hint] of hints)
    if (names.has(name) && !names.has(hint)) {
      back.set(name, hint)
      names.add(hint)
    }
  return renamed(graph, back)
}

/** Appends the new nodes to the old ones and names the result. */
function assembled(graph: Graph, added: Node[], result: string, initializers: Map<string, Tensor>): Graph {
  const made = added.some(({ outputs }) => outputs.includes(result))
  const nodes = made
    ? added.map(node => ({
        ...node,
        inputs: node.inputs.map(name => (name === result ? labelMapName : name)),
        outputs: node.outputs.map(name => (name === result ? labelMapName : name)),
      }))
    : [...added, makeNode('Identity', [result], [labelMapName])]
  return pruned({
    ...graph,
    nodes: [...graph.nodes, ...nodes],
    initializers: new Map([...graph.initializers, ...initializers]),
    outputs: [floatValue(labelMapName, [null, null, null, null])],
    // The file's declarations of inner values are valid for the old sizes only.
    values: [],
  })
}

/**
 * Turns a classifier into an annotator with the output `label_map` [N, C, h, w], whose mean over the cells equals the
 * classifier's logits (`report.exact`) or, if the head is not affine, approximates them (`report.approximation`). The
 * weights keep their values. The model that was given stays as it is; the new one shares its weights. Throws
 * RelabelError `unsupported` with the reason and what would work, `bad-model` for an inconsistent graph.
 */
export function toAnnotator(model: OnnxModel): { model: OnnxModel; report: SurgeryReport } {
  const given = imageInput(model.graph)
  const classifier = withChannelsFirst({ ...model.graph, inputs: [given] }, given)
  const view = viewOf(classifier)
  const head = anyHead(view)
  const { fresh, hints } = nameMaker(classifier)
  const warnings = [...head.pool.warnings]
  if (hasChannelsLast(given))
    warnings.push(`the input "${given.name}" took [N, H, W, 3]; the annotator takes [N, 3, H, W]`)

  const order = toImageOrder(view, head.pool, fresh)
  const shape = view.facts.get(head.pool.source)?.shape
  const channel = { NDhw: 1, NDL: 1, NLD: 2, NhwD: 3 }[head.pool.layout]
  const depth = shape?.[channel]
  const size = typeof depth === 'number' ? depth : undefined
  const { result: value, rank, axis } = head.pool
  const cells = perCell(view, head.nodes, { value, map: order.map, rank, axis, size }, head.logits, fresh)
  const first = cells.nodes.find(({ op }) => op === 'Conv')
  const features = size ?? cells.initializers.get(first?.inputs[1] ?? '')?.dims[1] ?? cells.classes

  const all = new Map([...order.initializers, ...cells.initializers])
  const added = [...order.nodes, ...cells.nodes]
  const cut = withOldNames(assembled(classifier, added, cells.result, all), hints)
  const input = cut.inputs[0]!
  const declared: Dim[] = input.shape ?? ['batch', 3, 'height', 'width']
  const sizes = freeSizes(cut, input.name, declared, labelMapName)
  warnings.push(...sizes.warnings)

  const map: Dim[] = [sizes.shape[0]!, cells.classes, 'map_height', 'map_width']
  const graph: Graph = {
    ...cut,
    inputs: [{ ...input, shape: sizes.shape }],
    outputs: [floatValue(labelMapName, map)],
  }
  // From IR version 4 on, weights need not be listed among the inputs.
  const annotator = { ...model, irVersion: Math.max(4, model.irVersion), graph }
  const stride = strideOf(annotator)
  const exact = cells.nonlinear.length === 0
  return {
    model: annotator,
    report: {
      head: describeHead(view, head),
      features,
      classes: cells.classes,
      exact,
      ...(exact ? {} : { approximation: describeApproximation(head, cells.nonlinear) }),
      input: input.name,
      inputShape: sizes.shape,
      output: labelMapName,
      logits: head.logits,
      ...(stride ? { stride } : {}),
      dropped: head.dropped,
      warnings,
    },
  }
}
