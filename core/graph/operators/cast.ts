/** Cast: the same numbers in another type. */
import { keepOperator } from '../cell/cells.ts'
import type { DataType } from '../model.ts'
import { intAttribute } from '../node.ts'
import { dataTypeOf } from '../onnx/decode-tensor.ts'
import { knownOf, listed } from '../shape/elements.ts'
import { fact, isInteger } from '../shape/fact.ts'
import type { Operator } from './operator.ts'

const toType: Operator<DataType> = {
  names: ['Cast'],
  attributes: node => dataTypeOf(intAttribute(node, 'to', 0)),
  shape: ({ inputs, attributes }) => [fact(attributes, inputs[0]?.shape)],
  fold({ inputs, attributes }, [dims]) {
    const known = knownOf(inputs[0])
    if (!dims || !known) return []
    if (known.dataType === attributes) return [known.elements]
    const whole = isInteger(attributes)
    return [listed(known).map(x => (whole && typeof x === 'number' ? Math.trunc(x) : x))]
  },
  perCell: { kind: 'features', write: (cells, node) => keepOperator(cells, node, true) },
}

export const cast: readonly Operator[] = [toType]
