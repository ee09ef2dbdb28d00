/** Differentiation of Add, Sub, Mul, Div (with broadcasting) and Pow with a constant exponent. */
import { fail } from '../../../base/error.ts'
import { constantInput, defineOutput, giveGradient, inputsOf, type Rule } from '../../gradient/context.ts'
import { add, div, mul, scale, sub, sumTo, unary, type Writer } from '../../writer.ts'

type Side = (w: Writer, gradient: string, a: string, b: string, y: string) => string

function arithmetic(forward: (w: Writer, a: string, b: string) => string, left: Side, right: Side): Rule {
  return (context, node) => {
    const w = context.writer
    const [a, b] = inputsOf(context, node) as [string, string]
    const y = forward(w, a, b)
    defineOutput(context, node, y)
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => sumTo(w, left(w, gradient, a, b, y), w.shape(a)))
      giveGradient(context, node, 1, () => sumTo(w, right(w, gradient, a, b, y), w.shape(b)))
    }
  }
}

const pass: Side = (_w, gradient) => gradient

export const arithmeticRules: Record<string, Rule> = {
  Add: arithmetic(add, pass, pass),
  Sub: arithmetic(sub, pass, (w, g) => unary(w, 'Neg', g)),
  Mul: arithmetic(
    mul,
    (w, g, _a, b) => mul(w, g, b),
    (w, g, a) => mul(w, g, a),
  ),
  Div: arithmetic(
    div,
    (w, g, _a, b) => div(w, g, b),
    (w, g, _a, b, y) => unary(w, 'Neg', div(w, mul(w, g, y), b)),
  ),
  Pow(context, node) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const exponent =
      constantInput(context, node, 1) ?? fail('bad-model', `Pow node "${node.name}" has no exponent`)
    if (exponent.length !== 1)
      fail('unsupported', `Pow node "${node.name}": training needs one constant exponent`)
    const p = exponent[0] as number
    const power = (k: number): string =>
      k === 1 ? x : k === 2 ? mul(w, x, x) : w.emit('Pow', [x, w.scalar(k)], w.shape(x))
    defineOutput(context, node, power(p), node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient === undefined || p === 0) return
      giveGradient(context, node, 0, () => (p === 1 ? gradient : mul(w, gradient, scale(w, power(p - 1), p))))
    }
  },
}
