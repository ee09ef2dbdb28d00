/** Turns a user's ONNX classifier into a student: weights as initializers, logits at the end, a head that fits. */
import { fail } from '../../base/error.ts'
import type { Graph, OnnxModel } from '../model.ts'
import { explain, unsupportedOperators } from '../training/support.ts'
import { freeBatch } from './adopt/batch.ts'
import { copyGraph, dropUnused, producersOf } from './adopt/draft.ts'
import { foldConstants } from './adopt/fold.ts'
import { foldedNorms } from './adopt/folded-norms.ts'
import { findHead, replaceHead } from './adopt/head.ts'
import { restoreNames } from './adopt/names.ts'
import { promoteConstants, separateShared } from './adopt/own-weights.ts'
import { dropCasts, toSinglePrecision } from './adopt/precision.ts'

/** The classes of the student. */
export interface FineTuneOptions {
  classes: number
  /** Seed of a new head. */
  seed: number
}

/** A student and what the user should know about it, in sentences. */
export interface Prepared {
  model: OnnxModel
  warnings: string[]
}

const list = (names: readonly string[], most: number): string =>
  names.length > most
    ? `${names.slice(0, most).join(', ')} and ${names.length - most} more`
    : names.join(', ')

/** The only input (images) and the first output; throws if they do not fit. */
function checkEnds(graph: Graph, warnings: string[]): void {
  const [input, ...others] = graph.inputs
  if (!input || others.length > 0)
    fail('unsupported', `a student has one input, the images; this model has ${graph.inputs.length} (${list(graph.inputs.map(({ name }) => name), 5)})`) // prettier-ignore
  if (input.shape && input.shape.length !== 4)
    fail('unsupported', `a student's input is [batch, channels, height, width]; "${input.name}" has ${input.shape.length} dimensions`) // prettier-ignore
  const [output, ...more] = graph.outputs
  if (!output) fail('bad-model', 'the model has no output')
  if (more.length === 0) return
  warnings.push(`Of ${graph.outputs.length} outputs only the first, "${output.name}", is trained.`)
  graph.outputs = [output]
}

/** Removes a trailing Softmax or LogSoftmax, because the loss includes its own. */
function dropSoftmax(graph: Graph, warnings: string[]): void {
  const producers = producersOf(graph)
  const [output] = graph.outputs
  let last = producers.get(output!.name)
  while (last?.op === 'Identity') last = producers.get(last.inputs[0] ?? '')
  if (last?.op !== 'Softmax' && last?.op !== 'LogSoftmax') return
  warnings.push(
    `The trailing ${last.op} was dropped: the student answers with logits, and the loss has its own.`,
  )
  const logits = last.inputs[0]!
  graph.nodes = graph.nodes.filter(of => !of.outputs.includes(output!.name) && of !== last)
  for (const of of graph.nodes) {
    of.inputs = of.inputs.map(name => (name === logits ? output!.name : name))
    of.outputs = of.outputs.map(name => (name === logits ? output!.name : name))
  }
}

function refuseUnsupported(graph: Graph): void {
  const missing = unsupportedOperators(graph)
  if (missing.length > 0)
    fail('unsupported', `this model cannot be trained here: no gradient is known for ${explain(missing)}`, {
      operators: missing,
    })
}

function warnOfFolded(graph: Graph, warnings: string[]): void {
  const head = findHead(graph)?.linear
  const names = foldedNorms(graph, head)
  if (names.length === 0) return
  warnings.push(
    `${names.length} convolutions have a bias and no batch norm behind them (${list(names, 8)}): the exporter has ` +
      'probably folded the batch norms in. Without normalisation training is less stable; take a smaller learning ' +
      'rate, or export again in training mode and without constant folding, so that batch norms are kept.',
  )
}

/**
 * A student from an ONNX classifier of the supported operators. A trailing Softmax is dropped; when the last linear layer
 * (Gemm, MatMul with Add, 1×1 Conv) has another number of classes, a fresh one takes its place; constants are folded,
 * weights become initializers with a name of their own (PyTorch's, where the nodes tell it), half precision becomes
 * float32, batch and image size become symbols. `model` itself is not changed. Throws `unsupported` with the operators
 * that training does not support, or if the network does not end in a linear layer.
 */
export function prepareForTraining(model: OnnxModel, { classes, seed }: FineTuneOptions): Prepared {
  if (!Number.isInteger(classes) || classes < 1)
    fail('usage', `a student needs at least one class, not ${classes}`)
  const warnings: string[] = []
  const graph = copyGraph(model.graph)
  checkEnds(graph, warnings)
  if (toSinglePrecision(graph))
    warnings.push('The weights were converted to float32, in which training runs.')
  foldConstants(graph)
  dropCasts(graph)
  dropSoftmax(graph, warnings)
  dropUnused(graph)
  refuseUnsupported(graph)
  promoteConstants(graph)
  restoreNames(graph)
  const separated = separateShared(graph)
  if (separated > 0)
    warnings.push(
      `${separated} vectors that the exporter had merged, as they were equal, are trained separately.`,
    )
  const freed = freeBatch(graph)
  if (freed > 0)
    warnings.push(`${freed} reshapes named the batch size of the export; they now follow the batch.`)
  warnOfFolded(graph, warnings)
  fitHead(graph, classes, seed, warnings)
  return { model: { ...model, metadata: new Map(model.metadata), graph }, warnings }
}

/** Replaces a head with another number of classes and declares the output's shape. */
function fitHead(graph: Graph, classes: number, seed: number, warnings: string[]): void {
  const head = findHead(graph)
  const [output] = graph.outputs
  const declared = output!.shape?.at(-1)
  if (!head && declared !== classes) {
    const last = producersOf(graph).get(output!.name)?.op ?? 'nothing'
    fail(
      'unsupported',
      `the model ends in ${last}, not in a linear layer that could be replaced, and its output has ${declared ?? 'an unknown number of'} values for ${classes} classes`,
    )
  }
  if (head && head.classes !== classes) {
    replaceHead(graph, head, classes, seed)
    warnings.push(`The head had ${head.classes} classes; a fresh one for ${classes} took its place.`)
  }
  output!.shape = ['batch', classes]
}
