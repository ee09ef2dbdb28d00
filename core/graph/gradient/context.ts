/** What a differentiation rule sees: the writer, the model's values in it, and a place to leave gradients. */
import { fail } from '../../base/error.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import type { Node } from '../model.ts'
import { add, type Writer } from '../writer.ts'

/** A tensor that is known when the graph is built. */
export interface Constant {
  values: number[]
  shape: number[]
  /** Of an integer type, which divides by cutting off. */
  whole: boolean
}

export interface Context {
  writer: Writer
  lowering: LoweringOptions
  /** Opset of the model, for operators whose attributes became inputs. */
  opset: number
  /** Name in the training graph of a value of the model. */
  value(name: string): string
  /** Says what a value of the model is called in the training graph, and whether gradients flow into it. */
  define(name: string, value: string, needsGradient: boolean): void
  needsGradient(name: string): boolean
  /** A value that is constant at build time (shapes, axes, clip bounds); undefined for others. */
  constant(name: string): Constant | undefined
  /** Declares a constant of the model that its graph computes (from shapes, say). */
  defineConstant(name: string, constant: Constant): void
  /** Adds to the gradient with respect to a value of the model. */
  addGradient(name: string, gradient: string): void
  /** Declares a new running statistic: after the step, initializer `name` has this value. */
  updateStatistic(name: string, value: string): void
  /** An input that the trainer fills with a dropout mask before every step. */
  dropoutMask(shape: readonly number[], ratio: number): string
  batchNormMomentum: number
}

/** Emits the gradient of a node's inputs, given those of its outputs (undefined: nothing depends on that output). */
export type Backward = (gradients: (string | undefined)[]) => void

/** Emits a node's forward computation in training mode and returns its backward pass. */
export type Rule = (context: Context, node: Node) => Backward

/** The values of a node's inputs in the training graph; optional ones that are absent are ''. */
export function inputsOf(context: Context, node: Node): string[] {
  return node.inputs.map(name => (name === '' ? '' : context.value(name)))
}

/** The numbers of a constant input, or an error that says why it has to be constant. */
export function constantInput(context: Context, node: Node, index: number): number[] | undefined {
  const name = node.inputs[index]
  if (name === undefined || name === '') return undefined
  return (
    context.constant(name)?.values ??
    fail(
      'unsupported',
      `input ${index} ("${name}") of ${node.op} node "${node.name}" is computed at run time; training needs it constant`,
    )
  )
}

/** Defines the one output of a node; gradients flow where any of `from` (names in the model) has one. */
export function defineOutput(
  context: Context,
  node: Node,
  value: string,
  from: string[] = node.inputs,
): void {
  const needs = from.some(name => name !== '' && context.needsGradient(name))
  context.define(node.outputs[0] as string, value, needs)
}

/** Adds the gradient of input `index`, computed only when it is wanted. */
export function giveGradient(context: Context, node: Node, index: number, make: () => string): void {
  const name = node.inputs[index]
  if (name !== undefined && name !== '' && context.needsGradient(name)) context.addGradient(name, make())
}

/** A list of gradients that are added up as they come. */
export function createGradients(writer: Writer): {
  add(name: string, value: string): void
  get(name: string): string | undefined
} {
  const sums = new Map<string, string>()
  return {
    add(name, value) {
      const before = sums.get(name)
      sums.set(name, before === undefined ? value : add(writer, before, value))
    },
    get: name => sums.get(name),
  }
}
