/** What an operator of the reference is given. */
import type { Node } from '../../../../../core/graph/model.ts'
import type { Array64 } from './array.ts'

export interface Environment {
  /** Batch statistics in BatchNormalization and masks in Dropout; else running statistics and no dropout. */
  training: boolean
  /** 1 − m of running = (1 − m)·running + m·batch is `1 - momentum`. */
  momentum: number
  opset: number
  /** Dropout masks in the order of the nodes. */
  masks: Float64Array[]
  /** New running statistics by initializer name. */
  statistics: Map<string, Array64>
}

export type Operator = (
  inputs: (Array64 | undefined)[],
  node: Node,
  environment: Environment,
) => Array64 | readonly Array64[]

export const int = (node: Node, key: string, fallback: number): number => {
  const found = node.attributes[key]
  return found?.type === 'int' ? found.value : fallback
}
export const number = (node: Node, key: string, fallback: number): number => {
  const found = node.attributes[key]
  return found?.type === 'float' ? found.value : fallback
}
export const text = (node: Node, key: string, fallback: string): string => {
  const found = node.attributes[key]
  return found?.type === 'string' ? found.value : fallback
}
export const ints = (node: Node, key: string): number[] | undefined => {
  const found = node.attributes[key]
  return found?.type === 'ints' ? found.value : undefined
}
/** A list that newer opsets give as input `index` and older ones as an attribute. */
export const list = (
  node: Node,
  key: string,
  inputs: (Array64 | undefined)[],
  index: number,
): number[] | undefined => (inputs[index] ? [...inputs[index].data] : ints(node, key))
