/** Operators of the reference that move values, and reductions. */
import { toNumbers } from '../../../../../core/graph/tensor.ts'
import { array, at, axisOf, fill, size, visit, type Array64 } from './array.ts'
import { int, ints, list, number, type Operator } from './operator.ts'

const reduction =
  (mean: boolean): Operator =>
  (inputs, node) => {
    const x = inputs[0]!
    const rank = x.shape.length
    const given = list(node, 'axes', inputs, 1) ?? []
    if (given.length === 0 && int(node, 'noop_with_empty_axes', 0) === 1) return x
    const axes = (given.length === 0 ? x.shape.map((_, i) => i) : given).map(axis => axisOf(axis, rank))
    const kept = array(x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim)))
    const count = x.data.length / kept.data.length
    visit(x.shape, (index, flat) => {
      const to = index.reduce((sum, i, axis) => sum * kept.shape[axis]! + (axes.includes(axis) ? 0 : i), 0)
      kept.data[to]! += x.data[flat]! / (mean ? count : 1)
    })
    const dropped = x.shape.filter((_, i) => !axes.includes(i))
    return int(node, 'keepdims', 1) === 1 ? kept : array(dropped, kept.data)
  }

const concat: Operator = (inputs, node) => {
  const parts = inputs as Array64[]
  const axis = axisOf(int(node, 'axis', 0), parts[0]!.shape.length)
  const to = [...parts[0]!.shape]
  to[axis] = parts.reduce((sum, part) => sum + part.shape[axis]!, 0)
  return fill(to, index => {
    let i = index[axis]!
    let part = 0
    while (i >= parts[part]!.shape[axis]!) i -= parts[part++]!.shape[axis]!
    return at(parts[part]!, index.with(axis, i))
  })
}

const pad: Operator = (inputs, node) => {
  const x = inputs[0]!
  const pads = list(node, 'pads', inputs, 1)!
  const axes = inputs[3] ? [...inputs[3].data].map(a => axisOf(a, x.shape.length)) : x.shape.map((_, i) => i)
  const before = x.shape.map((_, i) => (axes.includes(i) ? pads[axes.indexOf(i)]! : 0))
  const after = x.shape.map((_, i) => (axes.includes(i) ? pads[pads.length / 2 + axes.indexOf(i)]! : 0))
  const value = inputs[2]?.data[0] ?? number(node, 'value', 0)
  return fill(
    x.shape.map((dim, i) => dim + before[i]! + after[i]!),
    index => {
      const from = index.map((j, i) => j - before[i]!)
      return from.every((j, i) => j >= 0 && j < x.shape[i]!) ? at(x, from) : value
    },
  )
}

const slice: Operator = ([x, starts, ends, axes, steps]) => {
  const rank = x!.shape.length
  const ranges = x!.shape.map(dim => ({ start: 0, count: dim, step: 1 }))
  starts!.data.forEach((given, i) => {
    const axis = axisOf(axes?.data[i] ?? i, rank)
    const dim = x!.shape[axis]!
    const step = steps?.data[i] ?? 1
    const clamp = (v: number): number => Math.min(Math.max(v < 0 ? v + dim : v, 0), dim)
    const start = clamp(given)
    ranges[axis] = { start, count: Math.ceil((clamp(ends!.data[i]!) - start) / step), step }
  })
  return fill(
    ranges.map(range => range.count),
    index =>
      at(
        x!,
        index.map((j, i) => ranges[i]!.start + j * ranges[i]!.step),
      ),
  )
}

const gather: Operator = ([x, indices], node) => {
  const axis = axisOf(int(node, 'axis', 0), x!.shape.length)
  const rank = indices!.shape.length
  return fill([...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)], index => {
    const which = axisOf(at(indices!, index.slice(axis, axis + rank)), x!.shape[axis]!)
    return at(x!, [...index.slice(0, axis), which, ...index.slice(axis + rank)])
  })
}

export const shaping: Record<string, Operator> = {
  ReduceMean: reduction(true),
  ReduceSum: reduction(false),
  Concat: concat,
  Pad: pad,
  Slice: slice,
  Gather: gather,
  Identity: ([x]) => x!,
  Cast: ([x], node) => ([6, 7].includes(int(node, 'to', 1)) ? array(x!.shape, x!.data.map(Math.trunc)) : x!),
  Shape: ([x]) => array([x!.shape.length], x!.shape),
  Constant: (_inputs, { attributes: { value, value_float: one, value_int: whole, value_ints: many } }) => {
    if (value?.type === 'tensor') return array(value.value.dims, toNumbers(value.value))
    if (many?.type === 'ints') return array([many.value.length], many.value)
    return array([], [(one ?? whole)!.value as number])
  },
  Flatten: ([x], node) => {
    const axis = axisOf(int(node, 'axis', 1), x!.shape.length)
    return array([size(x!.shape.slice(0, axis)), size(x!.shape.slice(axis))], x!.data)
  },
  Reshape: ([x, wanted], node) => {
    const dims = [...wanted!.data].map((d, i) => (d === 0 && !int(node, 'allowzero', 0) ? x!.shape[i]! : d))
    const known = size(dims.filter(d => d !== -1))
    return array(
      dims.map(d => (d === -1 ? x!.data.length / known : d)),
      x!.data,
    )
  },
  Squeeze: (inputs, node) => {
    const { shape, data } = inputs[0]!
    const axes = list(node, 'axes', inputs, 1)?.map(a => axisOf(a, shape.length))
    return array(
      shape.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1)),
      data,
    )
  },
  Unsqueeze: (inputs, node) => {
    const { shape, data } = inputs[0]!
    const given = list(node, 'axes', inputs, 1)!
    const axes = given.map(a => axisOf(a, shape.length + given.length)).sort((a, b) => a - b)
    const to = [...shape]
    for (const axis of axes) to.splice(axis, 0, 1)
    return array(to, data)
  },
  Transpose: ([x], node) => {
    const perm = ints(node, 'perm') ?? x!.shape.map((_, i) => i).reverse()
    return fill(
      perm.map(p => x!.shape[p]!),
      index => {
        const from = x!.shape.map(() => 0)
        perm.forEach((p, i) => (from[p] = index[i]!))
        return at(x!, from)
      },
    )
  },
}
