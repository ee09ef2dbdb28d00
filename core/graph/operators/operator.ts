/**
 * The definition of an operator: its names, output shapes and capabilities. One object per operator, one file per
 * family.
 */
import type { Cells } from '../cell/cells.ts'
import type { Backward, Context } from '../gradient/context.ts'
import type { DataType, Node } from '../model.ts'
import type { Elements } from '../shape/elements.ts'
import type { Fact } from '../shape/fact.ts'

/** An operator call with the known facts about its inputs; an omitted input is undefined. */
export interface Call<A = unknown> {
  node: Node
  inputs: (Fact | undefined)[]
  attributes: A
}

/** How an operator on pooled features is applied to every cell of a map [N, D, h, w]. */
export interface PerCell<A = unknown> {
  /**
   * `axes`: it only renames the axes of pooled features, so it is removed; `activation`: it acts on each element on its
   * own, which is possible in every cell but does not commute with the mean; `features`: everything else.
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
  /** They are weights of a product, to which weight decay applies; it does not apply to norms and biases. */
  weights?: true
  /** It may normalise the images before the first layer, in which case its constants are not trained. */
  onImages?: true
}

/** An operator; `A` is the type of its parsed attributes. */
export interface Operator<A = unknown> {
  /** `Op`, or `domain:Op` outside ONNX's own domain. */
  names: readonly string[]
  /** The attributes of a call, with ONNX's defaults. */
  attributes?(node: Node): A
  /** The known facts about the outputs; missing entries are unknown. */
  shape(call: Call<A>): Fact[]
  /**
   * The elements of the outputs, if those of the inputs are known. `outputs` are the outputs' dimensions; undefined for
   * those that are unknown or too large to be precomputed.
   */
  fold?(call: Call<A>, outputs: (number[] | undefined)[]): (Elements | undefined)[]
  /** Writes the forward computation in training mode and returns the backward pass. */
  gradient?(context: Context, node: Node, attributes: A): Backward
  perCell?: PerCell<A>
  /** Whether inputs and outputs of known sizes are consistent; default: they are. */
  fits?(call: Call<A>, inputs: (number[] | undefined)[], output: number[] | undefined): boolean
  /**
   * How many of the inputs carry data; the others carry shapes, axes and bounds. Default: all; 0 for operators that
   * read only shapes.
   */
  dataInputs?: number
  parameters?: Parameters
  /** PyTorch's names of the layer's tensors, by input position. */
  torchNames?: readonly (string | undefined)[]
}

/** The type of the first input. */
export const typeOf = (call: Call): DataType => call.inputs[0]?.dataType ?? 'other:0'

/** Names in a list, as `Relu Clip Tanh`. */
export const names = (list: string): string[] => list.split(' ')
