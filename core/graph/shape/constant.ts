/** Constants, and the operators that turn shapes into values and values into shapes. */
import { fail } from '../../base/error.ts'
import type { Tensor } from '../model.ts'
import { intAttribute } from '../node.ts'
import { elements, toNumbers } from '../tensor.ts'
import { productOf } from './dim.ts'
import type { Fact, Rule } from './fact.ts'
import { fact, fromFront, maxFolded, typeOf } from './fact.ts'
import { filled } from './layout.ts'

/** What a constant tensor is; its elements where they are few. */
export function tensorFact(tensor: Tensor): Fact {
  const { dataType, dims } = tensor
  const small = elements(dims) <= maxFolded && tensor.external === undefined
  const readable = dataType !== 'string' && !dataType.startsWith('other:')
  return fact(dataType, [...dims], small && readable ? toNumbers(tensor) : undefined)
}

const constant: Rule = ({ node }) => {
  const { value, value_int, value_ints, value_float, value_floats } = node.attributes
  if (value?.type === 'tensor') return [tensorFact(value.value)]
  if (value_int?.type === 'int') return [fact('int64', [], [value_int.value])]
  if (value_float?.type === 'float') return [fact('float32', [], [value_float.value])]
  if (value_ints?.type === 'ints') return [fact('int64', [value_ints.value.length], value_ints.value)]
  if (value_floats?.type === 'floats')
    return [fact('float32', [value_floats.value.length], value_floats.value)]
  return []
}

const shapeOf: Rule = ({ node, inputs }) => {
  const shape = inputs[0]?.shape
  if (!shape) return [fact('int64', [null])]
  const start = intAttribute(node, 'start', 0)
  const end = intAttribute(node, 'end', shape.length)
  const part = shape.slice(fromFront(start, shape.length), fromFront(end, shape.length))
  return [fact('int64', [part.length], part)]
}

const size: Rule = ({ inputs }) => [fact('int64', [], [inputs[0]?.shape ? productOf(inputs[0].shape) : null])]

const constantOfShape: Rule = ({ node, inputs }) => {
  const { value } = node.attributes
  const dataType = value?.type === 'tensor' ? value.value.dataType : 'float32'
  const shape = inputs[0]?.value
  if (!shape) return [fact(dataType)]
  const item = value?.type === 'tensor' ? tensorFact(value.value).value?.[0] : 0
  return [fact(dataType, [...shape], item === undefined ? undefined : filled(shape, item))]
}

const range: Rule = call => {
  const [start, limit, delta] = call.inputs.map(input => input?.value?.[0])
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof delta !== 'number') {
    const counts = start === 0 && delta === 1 && typeof limit === 'string'
    return [fact(typeOf(call), [counts ? limit : null])]
  }
  if (delta === 0) fail('bad-model', `Range node "${call.node.name}" has a step of 0`)
  const count = Math.max(0, Math.ceil((limit - start) / delta))
  const value = count <= maxFolded ? Array.from({ length: count }, (_, i) => start + i * delta) : undefined
  return [fact(typeOf(call), [count], value)]
}

export const constants: [string, Rule][] = [
  ['Constant', constant],
  ['Shape', shapeOf],
  ['Size', size],
  ['ConstantOfShape', constantOfShape],
  ['Range', range],
]
