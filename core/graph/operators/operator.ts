/** What an operator is: its names, the shapes it gives, and what can be done with it. One object an operator, one file a family. */
import type { Cells } from '../cell/cells.ts'
import type { Backward, Context } from '../gradient/context.ts'
import type { DataType, Node } from '../model.ts'
import type { Elements } from '../shape/elements.ts'
import type { Fact } from '../shape/fact.ts'

/** An operator call with what is known about its inputs; an omitted input is undefined. */
export interface Call<A = unknown> {
  node: Node
  inputs: (Fact | undefined)[]
  attributes: A
}

/** How an operator on pooled features is applied to every cell of a map [N, D, h, w]. */
export interface PerCell<A = unknown> {
  /**
   * `axes`: it only renames the axes of pooled features, so that nothing is left of it; `activation`: each element on its
   * own, possible in every cell but not exchangeable with the mean; `features`: everything else.
   */
  kind: 'axes' | 'activation' | 'features'
  write(cells: Cells, node: Node, attributes: A): void
}

/** Which inputs of an operator are trained when they are initializers. */
export interface Parameters {
  /** Positions of the inputs; `all` stands for any input with more than one element. */
  inputs: readonly number[] | 'all'
  /** Positions of running statistics. */
  statistics?: readonly number[]
  /** They are weights of a product, which decay; norms and biases are not. */
  weights?: true
  /** It may stand between the images and the first layer and normalise them, in which case its constants are not trained. */
  onImages?: true
}

/** An operator; `A` is what its attributes come to. */
export interface Operator<A = unknown> {
  /** `Op`, or `domain:Op` outside ONNX's own domain. */
  names: readonly string[]
  /** The attributes of a call, with ONNX's defaults. */
  attributes?(node: Node): A
  /** What is known about the outputs; fewer entries than outputs leave the others unknown. */
  shape(call: Call<A>): Fact[]
  /**
   * The elements of the outputs where those of the inputs are known. `outputs` are the outputs' dimensions; undefined for
   * those that are not known, or too large to be computed ahead.
   */
  fold?(call: Call<A>, outputs: (number[] | undefined)[]): (Elements | undefined)[]
  /** Writes the forward computation in training mode and returns the backward pass. */
  gradient?(context: Context, node: Node, attributes: A): Backward
  perCell?: PerCell<A>
  /** Whether inputs and outputs of known sizes fit each other; where it is not given, they do. */
  fits?(call: Call<A>, inputs: (number[] | undefined)[], output: number[] | undefined): boolean
  /** How many of the inputs carry data, where the others carry shapes, axes and bounds; default all, 0 for what reads shapes alone. */
  dataInputs?: number
  parameters?: Parameters
  /** What PyTorch calls the layer's tensors, by the position of the input. */
  torchNames?: readonly (string | undefined)[]
}

/** The type of the first input. */
export const typeOf = (call: Call): DataType => call.inputs[0]?.dataType ?? 'other:0'

/** Names in a list, as `Relu Clip Tanh`. */
export const names = (list: string): string[] => list.split(' ')
