/** Computes at build time what a model computes from shapes alone (Shape → Gather → Concat → Reshape and the like). */
import { fail } from '../../base/error.ts'
import type { Node } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { elements, toNumbers } from '../tensor.ts'
import type { Context } from './context.ts'

const arithmetic: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
}

/** The numbers and shape that a node yields, or undefined where it depends on data. */
export function fold(context: Context, node: Node): { values: number[]; shape: number[] } | undefined {
  if (node.op === 'Constant') return constant(node)
  if (node.op === 'Shape') {
    const shape = context.writer.shape(context.value(node.inputs[0] as string))
    const values = shape.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', shape.length))
    return { values: [...values], shape: [values.length] }
  }
  const inputs = node.inputs.map(name => (name === '' ? [] : context.numbers(name)))
  if (inputs.some(input => input === undefined) || inputs.length === 0) return undefined
  const [a = [], b = [], c = [], , d = [1]] = inputs as number[][]
  const vector = (values: number[]): { values: number[]; shape: number[] } => ({
    values,
    shape: [values.length],
  })
  switch (node.op) {
    case 'Gather':
      return b.length === 1
        ? { values: [a.at(b[0] as number) as number], shape: [] }
        : vector(b.map(i => a.at(i) as number))
    case 'Concat':
      return vector((inputs as number[][]).flat())
    case 'Slice': {
      if ((d[0] ?? 1) !== 1) return undefined
      return vector(a.slice(b[0], Math.min(c[0] as number, a.length)))
    }
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Identity':
      return node.op === 'Squeeze' && a.length === 1 ? { values: a, shape: [] } : vector(a)
    case 'Cast':
      return intAttribute(node, 'to', 7) === 7 ? { values: a.map(Math.trunc), shape: [a.length] } : vector(a)
    default: {
      const f = arithmetic[node.op]
      if (!f || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined
      const length = Math.max(a.length, b.length)
      const at = (list: number[], i: number): number => (list.length === 1 ? list[0] : list[i]) as number
      const whole = [...a, ...b].every(Number.isInteger)
      const values = Array.from({ length }, (_, i) => f(at(a, i), at(b, i)))
      return vector(node.op === 'Div' && whole ? values.map(Math.trunc) : values)
    }
  }
}

function constant(node: Node): { values: number[]; shape: number[] } {
  const { value, value_float: single, value_int: whole } = node.attributes
  if (value?.type === 'tensor') {
    if (elements(value.value.dims) > 1e7)
      fail('bad-model', `Constant node "${node.name}" is larger than any this program knows a use for`)
    return { values: toNumbers(value.value), shape: value.value.dims }
  }
  if (single?.type === 'float') return { values: [single.value], shape: [] }
  if (whole?.type === 'int') return { values: [whole.value], shape: [] }
  const list =
    intsAttribute(node, 'value_ints') ??
    (node.attributes['value_floats']?.type === 'floats' ? node.attributes['value_floats'].value : undefined)
  if (list) return { values: list, shape: [list.length] }
  return fail('unsupported', `Constant node "${node.name}" holds no numbers`)
}
