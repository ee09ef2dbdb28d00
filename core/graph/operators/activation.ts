/** Activations: functions of one value between the layers of a network. */
import { constantInput, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Node } from '../model.ts'
import { float, floatAttribute, stringAttribute } from '../node.ts'
import { add, mul, scale, sub, unary, type Writer } from '../writer.ts'
import { asActivation, differentiated, oneMinus, plain, sameShape } from './one-value.ts'
import { names, type Operator } from './operator.ts'

/** At kinks the derivative is 0, as in PyTorch's relu, relu6 and hardtanh. */
const activationOf = (name: string, rest: Partial<Operator> = {}): Operator => ({
  names: [name],
  shape: sameShape,
  perCell: asActivation,
  ...rest,
})

const hardSigmoid = (w: Writer, x: string, alpha: number, beta: number): string =>
  unary(w, 'HardSigmoid', x, { alpha: float(alpha), beta: float(beta) })

/**
 * 1 where x ≥ 0 is above 0, else 0: its sign. Two casts by way of bool took half the time of Sign and a product with it
 * (5.6 against 10.5 ms for 4 million numbers on two cores).
 */
function nonzero(w: Writer, x: string): string {
  const [bool, float32] = [9, 1]
  return unary(w, 'Cast', unary(w, 'Cast', x, { to: bool }), { to: float32 })
}

/** 1 strictly inside (0, 1), else 0: the sign of h(1 − h). */
const inside = (w: Writer, h: string): string => nonzero(w, mul(w, h, oneMinus(w, h)))

const normalDensity = 1 / Math.sqrt(2 * Math.PI)

/** d/dx of x·Φ(x) = Φ(x) + x·φ(x) (Hendrycks and Gimpel 2016). */
function geluSlope(w: Writer, x: string): string {
  const phi = scale(w, unary(w, 'Exp', scale(w, mul(w, x, x), -0.5)), normalDensity)
  const cdf = scale(w, add(w, unary(w, 'Erf', scale(w, x, Math.SQRT1_2)), w.scalar(1)), 0.5)
  return add(w, cdf, mul(w, x, phi))
}

/** d/dx of 0.5x(1 + tanh u), u = √(2/π)(x + 0.044715x³). */
function geluTanhSlope(w: Writer, x: string): string {
  const c = Math.sqrt(2 / Math.PI)
  const square = mul(w, x, x)
  const u = scale(w, mul(w, x, add(w, scale(w, square, 0.044715), w.scalar(1))), c)
  const t = unary(w, 'Tanh', u)
  const inner = add(w, scale(w, square, 3 * 0.044715 * c), w.scalar(c))
  const left = scale(w, add(w, t, w.scalar(1)), 0.5)
  const right = scale(w, mul(w, mul(w, x, oneMinus(w, mul(w, t, t))), inner), 0.5)
  return add(w, left, right)
}

const leakyRelu = activationOf(
  'LeakyRelu',
  differentiated(
    (w, x, node) => unary(w, 'LeakyRelu', x, { alpha: float(floatAttribute(node, 'alpha', 0.01)) }),
    (w, g, x, _y, node) => {
      const alpha = floatAttribute(node, 'alpha', 0.01)
      const positive = nonzero(w, unary(w, 'Relu', x))
      return mul(w, g, add(w, scale(w, positive, 1 - alpha), w.scalar(alpha)))
    },
  ),
)

const isTanh = (node: Node): boolean => stringAttribute(node, 'approximate', 'none') === 'tanh'

const gelu = activationOf(
  'Gelu',
  differentiated(
    (w, x, node) => unary(w, 'Gelu', x, { approximate: stringAttribute(node, 'approximate', 'none') }),
    (w, g, x, _y, node) => mul(w, g, isTanh(node) ? geluTanhSlope(w, x) : geluSlope(w, x)),
  ),
)

/** Clip, with its bounds as attributes (opset 6) or constant inputs (opset 11 and later). */
const clip = activationOf('Clip', {
  dataInputs: 1,
  gradient(context, node) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const bound = (index: number, key: 'min' | 'max'): number | undefined =>
      constantInput(context, node, index)?.[0] ??
      (node.attributes[key] ? floatAttribute(node, key, 0) : undefined)
    const low = bound(1, 'min')
    const high = bound(2, 'max')
    const limits = [low, high].map(limit => (limit === undefined ? '' : w.scalar(limit)))
    const y = w.emit('Clip', [x, ...(high === undefined ? limits.slice(0, 1) : limits)], w.shape(x))
    defineOutput(context, node, y, node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => {
        const above = low === undefined ? undefined : nonzero(w, sub(w, y, w.scalar(low)))
        const below = high === undefined ? undefined : nonzero(w, sub(w, w.scalar(high), y))
        return [above, below].reduce<string>(
          (g, mask) => (mask === undefined ? g : mul(w, g, mask)),
          gradient,
        )
      })
    }
  },
})

export const activation: readonly Operator[] = [
  // The sign of y = max(0, x) is the slope.
  activationOf(
    'Relu',
    differentiated(plain('Relu'), (w, g, _x, y) => mul(w, g, nonzero(w, y))),
  ),
  leakyRelu,
  activationOf(
    'Sigmoid',
    differentiated(plain('Sigmoid'), (w, g, _x, y) => mul(w, g, mul(w, y, oneMinus(w, y)))),
  ),
  activationOf(
    'Tanh',
    differentiated(plain('Tanh'), (w, g, _x, y) => mul(w, g, oneMinus(w, mul(w, y, y)))),
  ),
  activationOf(
    'HardSigmoid',
    differentiated(
      (w, x, node) =>
        hardSigmoid(w, x, floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)),
      (w, g, _x, y, node) => mul(w, g, scale(w, inside(w, y), floatAttribute(node, 'alpha', 0.2))),
    ),
  ),
  activationOf(
    'HardSwish',
    differentiated(plain('HardSwish'), (w, g, x) => {
      const h = hardSigmoid(w, x, 1 / 6, 0.5)
      return mul(w, g, add(w, h, mul(w, x, scale(w, inside(w, h), 1 / 6))))
    }),
  ),
  gelu,
  clip,
  ...names('Mish Elu Selu Celu Softplus Softsign ThresholdedRelu Swish').map(name => activationOf(name)),
  {
    names: names(
      'com.microsoft:Gelu com.microsoft:QuickGelu com.microsoft:FastGelu com.microsoft:BiasGelu Shrink',
    ),
    shape: sameShape,
  },
]
