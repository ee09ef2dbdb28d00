/** Softmax and related operators, which relate each element to the others along an axis. */
import { keepOperator } from '../cell/cells.ts'
import { sameShape } from './one-value.ts'
import { names, type Operator } from './operator.ts'

const lpNormalization: Operator = {
  names: ['LpNormalization'],
  shape: sameShape,
  perCell: {
    kind: 'features',
    write(cells, node) {
      keepOperator(cells, node, false, { ...node.attributes, axis: { type: 'int', value: 1 } })
    },
  },
}

export const softmax: readonly Operator[] = [
  lpNormalization,
  { names: names('Softmax LogSoftmax Hardmax LRN MeanVarianceNormalization'), shape: sameShape },
]
