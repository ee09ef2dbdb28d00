/** The table of all operators: the only place that maps a name to its definition. */
import type { Node } from '../model.ts'
import { activation } from './activation.ts'
import { arithmetic } from './arithmetic.ts'
import { cast } from './cast.ts'
import { constants } from './constant.ts'
import { convolutions } from './conv.ts'
import { dropout } from './dropout.ts'
import { layout } from './layout.ts'
import { linear } from './linear.ts'
import { logic } from './logic.ts'
import { math } from './math.ts'
import { norm } from './norm.ts'
import type { Operator } from './operator.ts'
import { pad } from './pad.ts'
import { pool } from './pool.ts'
import { reduce } from './reduce.ts'
import { reshapes } from './reshape.ts'
import { select } from './select.ts'
import { softmax } from './softmax.ts'

/** Families by name, in the order of the published table. */
export const families: Readonly<Record<string, readonly Operator[]>> = {
  convolutions,
  pooling: pool,
  'matrix products': linear,
  normalization: norm,
  activations: activation,
  functions: math,
  arithmetic,
  'comparison and logic': logic,
  'softmax and related': softmax,
  reductions: reduce,
  reshapes,
  layout,
  selection: select,
  padding: pad,
  dropout,
  types: cast,
  'constants and shapes': constants,
}

/** A table by name. Throws if two operators have the same name, or one has none. */
export function tableOf(all: readonly Operator[]): ReadonlyMap<string, Operator> {
  const table = new Map<string, Operator>()
  for (const operator of all) {
    if (operator.names.length === 0) throw new Error('an operator has no name')
    for (const name of operator.names) {
      if (table.has(name)) throw new Error(`two operators are called ${name}`)
      table.set(name, operator)
    }
  }
  return table
}

/** All operators by name: `Op`, or `domain:Op` outside ONNX's own domain. */
export const operators = tableOf(Object.values(families).flat())

/** A node's operator with its domain where that is not ONNX's own. */
export function operatorName({ op, domain }: Node): string {
  return domain === '' || domain === 'ai.onnx' ? op : `${domain}:${op}`
}

/** What is known of a node's operator, or undefined for one that is not in the table. */
export function operatorOf(node: Node): Operator | undefined {
  return operators.get(operatorName(node))
}
