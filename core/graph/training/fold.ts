/** Computes at build time what a model computes from shapes alone (Shape → Gather → Concat → Reshape and the like). */
import { fail } from '../../base/error.ts'
import type { DataType, Node } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { elements, toNumbers } from '../tensor.ts'
import type { Constant, Context } from '../gradient/context.ts'
import { reshaped } from './rules/shaping.ts'
import { broadcast } from '../writer.ts'

const arithmetic: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
}

/** ONNX's codes of int32 and int64, the types of shapes. */
const wholeCodes = [6, 7]
/** … and of its floating-point types. */
const floatCodes = [1, 10, 11, 16]

export const isWhole = (type: DataType): boolean => /^(u?int\d+|bool)$/.test(type)

/** What a node yields, or undefined where it depends on data or is not worth folding. */
export function fold(context: Context, node: Node): Constant | undefined {
  if (node.op === 'Constant') return constant(node)
  if (node.op === 'Shape') {
    const shape = context.writer.shape(context.value(node.inputs[0] as string))
    const values = shape.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', shape.length))
    return { values, shape: [values.length], whole: true }
  }
  const inputs = node.inputs.map(name => (name === '' ? undefined : context.constant(name)))
  const known = inputs.filter(input => input !== undefined)
  if (known.length === 0 || node.inputs.some((name, i) => name !== '' && !inputs[i])) return undefined
  const [a, b] = inputs
  if (!a) return undefined
  const { values, whole } = a
  switch (node.op) {
    case 'Gather': {
      if (!b || a.shape.length !== 1 || b.shape.length > 1) return undefined
      const taken = b.values.map(
        i =>
          values.at(i) ??
          fail('bad-model', `Gather node "${node.name}" takes entry ${i} of ${values.length} dimensions`),
      )
      return { values: taken, shape: b.shape, whole }
    }
    case 'Concat': {
      if (known.some(({ shape }) => shape.length !== 1)) return undefined
      const all = known.flatMap(part => part.values)
      return { values: all, shape: [all.length], whole }
    }
    case 'Slice': {
      const [, starts, ends, axes, steps] = inputs
      if (!starts || !ends || a.shape.length !== 1 || (steps?.values[0] ?? 1) !== 1) return undefined
      if (axes && axes.values.some(axis => axis !== 0 && axis !== -1)) return undefined
      const cut = values.slice(starts.values[0], ends.values[0])
      return { values: cut, shape: [cut.length], whole }
    }
    case 'Identity':
    case 'Flatten':
    case 'Reshape':
    case 'Squeeze':
    case 'Unsqueeze':
      return { ...a, shape: reshaped[node.op](a.shape, node, context) }
    case 'Cast': {
      const to = intAttribute(node, 'to', 1)
      if (wholeCodes.includes(to)) return { ...a, values: values.map(Math.trunc), whole: true }
      return floatCodes.includes(to) ? { ...a, whole: false } : undefined
    }
    default:
      return b && combine(node, a, b)
  }
}

/** Arithmetic of constants of one shape, or of which one is a single number. */
function combine(node: Node, a: Constant, b: Constant): Constant | undefined {
  const f = arithmetic[node.op]
  if (!f || (a.shape.join() !== b.shape.join() && a.values.length !== 1 && b.values.length !== 1))
    return undefined
  const shape = broadcast(a.shape, b.shape)
  const at = ({ values }: Constant, i: number): number =>
    (values.length === 1 ? values[0] : values[i]) as number
  const values = Array.from({ length: elements(shape) }, (_, i) => f(at(a, i), at(b, i)))
  const whole = a.whole && b.whole
  return { values: whole ? values.map(Math.trunc) : values, shape, whole }
}

function constant(node: Node): Constant {
  const { value, value_float: single, value_floats: many, value_int: int } = node.attributes
  if (value?.type === 'tensor') {
    const tensor = value.value
    if (elements(tensor.dims) > 1e7)
      fail('bad-model', `Constant node "${node.name}" is larger than any this program knows a use for`)
    return { values: toNumbers(tensor), shape: tensor.dims, whole: isWhole(tensor.dataType) }
  }
  if (single?.type === 'float') return { values: [single.value], shape: [], whole: false }
  if (int?.type === 'int') return { values: [int.value], shape: [], whole: true }
  if (many?.type === 'floats') return { values: many.value, shape: [many.value.length], whole: false }
  const whole = intsAttribute(node, 'value_ints')
  if (whole) return { values: whole, shape: [whole.length], whole: true }
  return fail('unsupported', `Constant node "${node.name}" holds no numbers`)
}
