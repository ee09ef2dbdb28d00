/** The context of an operator's differentiation: the writer, the model's values in it, and where gradients go. */
import { fail } from '../../base/error.ts'
import type { LoweringOptions } from '../lowering/lower.ts'
import type { Node } from '../model.ts'
import type { Fact } from '../shape/fact.ts'
import { integersOf, isFixed } from '../shape/fact.ts'
import { add, type Writer } from '../writer.ts'

export interface Context {
  writer: Writer
  lowering: LoweringOptions
  /** Name in the training graph of a value of the model. */
  value(name: string): string
  /** Maps a value of the model to its name in the training graph, and records whether gradients flow into it. */
  define(name: string, value: string, needsGradient: boolean): void
  needsGradient(name: string): boolean
  /**
   * What is known of a value of the model; the elements of those that are constant at build time (shapes, axes,
   * bounds).
   */
  fact(name: string): Fact | undefined
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

/** The values of a node's inputs in the training graph; optional ones that are absent are ''. */
export function inputsOf(context: Context, node: Node): string[] {
  return node.inputs.map(name => (name === '' ? '' : context.value(name)))
}

/** The numbers of a constant input, or an error that says why it must be constant; undefined if it is absent. */
export function constantInput(context: Context, node: Node, index: number): number[] | undefined {
  const name = node.inputs[index]
  if (name === undefined || name === '') return undefined
  return (
    integersOf(context.fact(name)?.value) ??
    fail(
      'unsupported',
      `input ${index} ("${name}") of ${node.op} node "${node.name}" is computed at run time; training needs it constant`,
    )
  )
}

/** The shape that a node's settings give its first output; an error if they are not constant or do not fit. */
export function outputShape(context: Context, node: Node): number[] {
  const shape = context.fact(node.outputs[0] ?? '')?.shape
  if (shape && isFixed(shape)) return shape
  node.inputs.forEach((_, index) => index > 0 && constantInput(context, node, index))
  return fail('bad-model', `the shape that ${node.op} node "${node.name}" gives is not known`)
}

/** Defines the one output of a node; gradients flow if any of `from` (names in the model) has one. */
export function defineOutput(
  context: Context,
  node: Node,
  value: string,
  from: string[] = node.inputs,
): void {
  const needs = from.some(name => name !== '' && context.needsGradient(name))
  context.define(node.outputs[0] as string, value, needs)
}

/** Adds the gradient of input `index`, computed only if it is needed. */
export function giveGradient(context: Context, node: Node, index: number, make: () => string): void {
  const name = node.inputs[index]
  if (name !== undefined && name !== '' && context.needsGradient(name)) context.addGradient(name, make())
}

/** Accumulates gradients. */
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
