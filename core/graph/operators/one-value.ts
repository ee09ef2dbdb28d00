/** Common parts of elementwise functions of one value. */
import { keepOperator } from '../cell/cells.ts'
import { defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Node } from '../model.ts'
import { knownOf, listed, type Elements } from '../shape/elements.ts'
import { type Fact, fact } from '../shape/fact.ts'
import { sub, unary, type Writer } from '../writer.ts'
import { type Call, type Operator, type PerCell, typeOf } from './operator.ts'

/** The first input's type and shape. */
export const sameShape = (call: Call): Fact[] => [fact(typeOf(call), call.inputs[0]?.shape)]

/** Folding a function of numbers; symbols become unknown. */
export const foldEach =
  (compute: (x: number) => number) =>
  ({ inputs }: Call, [dims]: (number[] | undefined)[]): (Elements | undefined)[] => {
    const known = knownOf(inputs[0])
    if (!dims || !known) return []
    return [listed(known).map(x => (typeof x === 'number' ? compute(x) : null))]
  }

/** y = f(x) in the training graph. */
export type Forward = (w: Writer, x: string, node: Node) => string

/** dL/dx from dL/dy, given x and y = f(x). */
export type Derivative = (w: Writer, gradient: string, x: string, y: string, node: Node) => string

/** Differentiation of a function of one value. */
export function differentiated(forward: Forward, derivative: Derivative): Pick<Operator, 'gradient'> {
  return {
    gradient(context, node) {
      const [x] = inputsOf(context, node) as [string]
      const y = forward(context.writer, x, node)
      defineOutput(context, node, y)
      return ([gradient]) => {
        if (gradient !== undefined)
          giveGradient(context, node, 0, () => derivative(context.writer, gradient, x, y, node))
      }
    },
  }
}

/** The operator itself, without attributes. */
export const plain =
  (op: string): Forward =>
  (w, x) =>
    unary(w, op, x)

export const oneMinus = (w: Writer, x: string): string => sub(w, w.scalar(1), x)

/** Applied in each cell, which differs from applying it once after the mean. */
export const asActivation: PerCell = {
  kind: 'activation',
  write: (cells, node) => keepOperator(cells, node, false),
}
