/** Differentiation of Dropout; the mask is an input, so that a resumed run draws the same ones. */
import { floatAttribute } from '../../node.ts'
import { constantInput, defineOutput, giveGradient, inputsOf, type Rule } from '../../gradient/context.ts'
import { mul } from '../../writer.ts'

/** y = x · mask, where the mask is 0 with probability `ratio`, else 1/(1 − ratio). */
export const dropout: Rule = (context, node) => {
  const w = context.writer
  const [x] = inputsOf(context, node) as [string]
  const ratio = constantInput(context, node, 1)?.[0] ?? floatAttribute(node, 'ratio', 0.5)
  if (ratio <= 0) {
    defineOutput(context, node, x, node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient !== undefined) giveGradient(context, node, 0, () => gradient)
    }
  }
  const mask = context.dropoutMask(w.shape(x), ratio)
  defineOutput(context, node, mul(w, x, mask), node.inputs.slice(0, 1))
  return ([gradient]) => {
    if (gradient !== undefined) giveGradient(context, node, 0, () => mul(w, gradient, mask))
  }
}
