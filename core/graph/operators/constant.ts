/** Constants, and operators that convert shapes to values and values to shapes. */
import { fail } from '../../base/error.ts'
import type { Node, Tensor } from '../model.ts'
import { floatAttribute, intAttribute, intsAttribute } from '../node.ts'
import { productOf } from '../shape/dim.ts'
import { type Elements, knownOf, pick } from '../shape/elements.ts'
import { fact, fromFront, isReadable } from '../shape/fact.ts'
import { floatTensor, intTensor } from '../tensor.ts'
import { type Operator, typeOf } from './operator.ts'

/** The tensor in a Constant node; undefined for text and sparse ones. */
export function constantTensor(of: Node): Tensor | undefined {
  const { value, value_float: single, value_int: integer, value_floats: list } = of.attributes
  if (value?.type === 'tensor') return value.value
  if (single) return floatTensor([floatAttribute(of, 'value_float', 0)], [])
  if (integer) return intTensor([intAttribute(of, 'value_int', 0)], [])
  if (list?.type === 'floats') return floatTensor(list.value, [list.value.length])
  const integers = intsAttribute(of, 'value_ints')
  return integers && intTensor(integers)
}

const constant: Operator<Tensor | undefined> = {
  names: ['Constant'],
  attributes: constantTensor,
  shape: ({ attributes }) => (attributes ? [fact(attributes.dataType, [...attributes.dims])] : []),
  fold({ attributes }, [dims]) {
    return dims && attributes && isReadable(attributes) ? [attributes.raw] : []
  },
}

const shapeOf: Operator = {
  names: ['Shape'],
  shape({ node, inputs }) {
    const shape = inputs[0]?.shape
    return [fact('int64', [shape ? part(shape, node).length : null])]
  },
  fold: ({ node, inputs }) => (inputs[0]?.shape ? [part(inputs[0].shape, node)] : []),
  dataInputs: 0,
}

/** The dimensions from `start` to `end`. */
function part<T>(shape: T[], node: Node): T[] {
  const start = intAttribute(node, 'start', 0)
  const end = intAttribute(node, 'end', shape.length)
  return shape.slice(fromFront(start, shape.length), fromFront(end, shape.length))
}

const size: Operator = {
  names: ['Size'],
  shape: () => [fact('int64', [])],
  fold: ({ inputs }) => (inputs[0]?.shape ? [[productOf(inputs[0].shape)]] : []),
  dataInputs: 0,
}

/** The fill value: a tensor of one element, or 0. */
const constantOfShape: Operator<Tensor> = {
  names: ['ConstantOfShape'],
  attributes({ attributes: { value } }) {
    return value?.type === 'tensor' ? value.value : floatTensor([0], [1])
  },
  shape({ inputs, attributes }) {
    const dims = inputs[0]?.value
    return [fact(attributes.dataType, dims && [...dims])]
  },
  fold({ attributes }, [dims]) {
    const known = knownOf({ dataType: attributes.dataType, tensor: attributes })
    return dims && known ? [pick(known, { dims, steps: dims.map(() => 0) })] : []
  },
}

const range: Operator = {
  names: ['Range'],
  shape(call) {
    const [start, limit, delta] = call.inputs.map(input => input?.value?.[0])
    if (typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number') {
      if (delta === 0) fail('bad-model', `Range node "${call.node.name}" has a step of 0`)
      return [fact(typeOf(call), [Math.max(0, Math.ceil((limit - start) / delta))])]
    }
    const counts = start === 0 && delta === 1 && typeof limit === 'string'
    return [fact(typeOf(call), [counts ? limit : null])]
  },
  fold({ inputs }, [dims]): Elements[] {
    const [start, , delta] = inputs.map(input => input?.value?.[0])
    if (!dims || typeof start !== 'number' || typeof delta !== 'number') return []
    return [Array.from({ length: dims[0]! }, (_, i) => start + i * delta)]
  },
}

export const constants: readonly Operator[] = [constant, shapeOf, size, constantOfShape, range]
