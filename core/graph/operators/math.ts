/** Elementary functions of one value. */
import { keepOperator } from '../cell/cells.ts'
import { div, mul, scale, unary } from '../writer.ts'
import { asActivation, differentiated, foldEach, plain, sameShape } from './one-value.ts'
import { names, type Operator } from './operator.ts'

const functionOf = (name: string, rest: Partial<Operator> = {}): Operator => ({
  names: [name],
  shape: sameShape,
  ...rest,
})

export const math: readonly Operator[] = [
  functionOf('Neg', {
    fold: foldEach(x => -x),
    ...differentiated(plain('Neg'), (w, g) => unary(w, 'Neg', g)),
    perCell: { kind: 'features', write: (cells, node) => keepOperator(cells, node, true) },
  }),
  functionOf('Exp', {
    ...differentiated(plain('Exp'), (w, g, _x, y) => mul(w, g, y)),
    perCell: asActivation,
  }),
  functionOf('Sqrt', {
    fold: foldEach(Math.sqrt),
    ...differentiated(plain('Sqrt'), (w, g, _x, y) => div(w, scale(w, g, 0.5), y)),
    perCell: asActivation,
  }),
  functionOf('Reciprocal', {
    ...differentiated(plain('Reciprocal'), (w, g, _x, y) => unary(w, 'Neg', mul(w, g, mul(w, y, y)))),
    perCell: asActivation,
  }),
  functionOf('Erf', {
    ...differentiated(plain('Erf'), (w, g, x) =>
      mul(w, g, scale(w, unary(w, 'Exp', unary(w, 'Neg', mul(w, x, x))), 2 / Math.sqrt(Math.PI))),
    ),
    perCell: asActivation,
  }),
  functionOf('Log', { perCell: asActivation }),
  functionOf('Abs', { fold: foldEach(Math.abs), perCell: asActivation }),
  functionOf('Floor', { fold: foldEach(Math.floor) }),
  functionOf('Ceil', { fold: foldEach(Math.ceil) }),
  { names: names('Sign Round Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh'), shape: sameShape },
  { names: names('CumSum Trilu'), shape: sameShape },
]
