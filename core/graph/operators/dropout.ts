/** Dropout; the mask is an input of the training graph, so that a resumed run uses the same masks. */
import { constantInput, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import { floatAttribute } from '../node.ts'
import { fact } from '../shape/fact.ts'
import { mul } from '../writer.ts'
import { sameShape } from './one-value.ts'
import type { Operator } from './operator.ts'
import { sameAxes } from './reshape.ts'

/** y = x · mask, where the mask is 0 with probability `ratio`, else 1/(1 − ratio). */
const masked: Operator = {
  names: ['Dropout'],
  shape: call => [...sameShape(call), fact('bool', call.inputs[0]?.shape)],
  gradient(context, node) {
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
  },
  perCell: sameAxes,
  dataInputs: 1,
}

export const dropout: readonly Operator[] = [masked]
