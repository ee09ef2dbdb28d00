/** Differentiation of Conv. */
import { intAttribute } from '../../node.ts'
import { defineOutput, giveGradient, inputsOf, type Rule } from '../../gradient/context.ts'
import { windowOf } from '../../shape/window.ts'
import { forward, inputGradient, weightGradient } from '../../lowering/lower.ts'
import { reduce } from '../../writer.ts'

/** Conv with groups, any stride, dilation and padding. */
export const convolution: Rule = (context, node) => {
  const w = context.writer
  const [x, weight, bias = ''] = inputsOf(context, node) as [string, string, string?]
  const window = windowOf(node, w.shape(x), w.shape(weight).slice(2))
  const lowered = { x, weight, bias, groups: intAttribute(node, 'group', 1), window }
  defineOutput(context, node, forward(w, lowered, context.lowering))
  return ([gradient]) => {
    if (gradient === undefined) return
    giveGradient(context, node, 0, () => inputGradient(w, lowered, gradient, context.lowering))
    giveGradient(context, node, 1, () => weightGradient(w, lowered, gradient, context.lowering))
    giveGradient(context, node, 2, () => reduce(w, 'ReduceSum', gradient, [0, 2, 3], false))
  }
}
