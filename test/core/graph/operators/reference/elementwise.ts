/** Elementwise operators of the reference. */
import { map, zip, type Array64 } from './array.ts'
import { number, text, type Operator } from './operator.ts'

/** erf(x) = 2/√π · e^(−x²) · Σ 2ⁿx^(2n+1)/(1·3·…·(2n+1)): no cancellation, so it is exact to double rounding. */
function erf(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

const between = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high)
const one =
  (f: (x: number) => number): Operator =>
  ([x]) =>
    map(x!, f)
const two =
  (f: (x: number, y: number) => number): Operator =>
  ([a, b]) =>
    zip(a!, b!, f)

const bound = (given: Array64 | undefined, attribute: number): number => given?.data[0] ?? attribute

export const elementwise: Record<string, Operator> = {
  Relu: one(x => Math.max(0, x)),
  LeakyRelu: ([x], node) => map(x!, v => (v < 0 ? v * number(node, 'alpha', 0.01) : v)),
  Sigmoid: one(x => 1 / (1 + Math.exp(-x))),
  Tanh: one(Math.tanh),
  Exp: one(Math.exp),
  Neg: one(x => -x),
  Sqrt: one(Math.sqrt),
  Reciprocal: one(x => 1 / x),
  Erf: one(erf),
  HardSigmoid: ([x], node) =>
    map(x!, v => between(number(node, 'alpha', 0.2) * v + number(node, 'beta', 0.5), 0, 1)),
  HardSwish: one(x => x * between(x / 6 + 0.5, 0, 1)),
  Gelu: ([x], node) =>
    text(node, 'approximate', 'none') === 'tanh'
      ? map(x!, v => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))))
      : map(x!, v => 0.5 * v * (1 + erf(v / Math.SQRT2))),
  Clip: ([x, low, high], node) =>
    map(x!, v =>
      between(v, bound(low, number(node, 'min', -Infinity)), bound(high, number(node, 'max', Infinity))),
    ),
  Add: two((a, b) => a + b),
  Sub: two((a, b) => a - b),
  Mul: two((a, b) => a * b),
  Div: two((a, b) => a / b),
  Pow: two((a, b) => a ** b),
}
