/** Differentiation of MaxPool, AveragePool, GlobalAveragePool, ReduceMean and ReduceSum. */
import { fail } from '../../../base/error.ts'
import type { Node } from '../../model.ts'
import { intAttribute, intsAttribute } from '../../node.ts'
import { elements } from '../../tensor.ts'
import {
  constantInput,
  defineOutput,
  giveGradient,
  inputsOf,
  type Context,
  type Rule,
} from '../../gradient/context.ts'
import { overhang, windowAttributes, windowOf, type Window } from '../../shape/window.ts'
import { expand, mul, reduce, reshape, scale } from '../../writer.ts'

const kernelOf = (node: Node): number[] =>
  intsAttribute(node, 'kernel_shape') ??
  fail('bad-model', `${node.op} node "${node.name}" has no kernel_shape`)

/** Pads that give exactly the window's output size without ceil_mode. */
function exactPads(window: Window): [number, number, number, number] {
  const [bottom, right] = overhang(window)
  return [window.pads[0], window.pads[1], Math.max(0, bottom), Math.max(0, right)]
}

/** The gradient goes to the position that gave the maximum; overlapping windows add up. */
const maxPool: Rule = (context, node) => {
  const w = context.writer
  const [x] = inputsOf(context, node) as [string]
  const shape = w.shape(x)
  const window = windowOf(node, shape, kernelOf(node))
  const to = [...shape.slice(0, 2), ...window.output]
  const attributes = { ...windowAttributes({ ...window, pads: exactPads(window) }) }
  const [y, indices] = w.emitMany('MaxPool', [x], [to, to], attributes) as [string, string]
  defineOutput(context, node, y)
  return ([gradient]) => {
    if (gradient === undefined) return
    giveGradient(context, node, 0, () => {
      const size = elements(shape)
      const zeros = expand(w, w.constant([0], [1]), [size])
      const flat = reshape(w, indices, [elements(to)])
      const added = w.emit('ScatterElements', [zeros, flat, reshape(w, gradient, [elements(to)])], [size], {
        axis: 0,
        reduction: 'add',
      })
      return reshape(w, added, shape)
    })
  }
}

/** 1 / (number of input cells under each window), [1, 1, P, Q], or one number where it is the same everywhere. */
function windowShare(context: Context, window: Window, includePadding: boolean): string {
  const w = context.writer
  const [rows, columns] = [0, 1].map(i => {
    const last = (window.input[i] as number) + (window.pads[i] as number)
    return Array.from({ length: window.output[i] as number }, (_, position) => {
      const start = position * (window.stride[i] as number)
      // As PyTorch: the window is cut at the padded end, and padding counts only if asked.
      const end = Math.min(start + (window.kernel[i] as number), last + (window.pads[i + 2] as number))
      return includePadding ? end - start : Math.min(end, last) - Math.max(start, window.pads[i] as number)
    })
  }) as [number[], number[]]
  const shares = rows.flatMap(row => columns.map(column => 1 / (row * column)))
  return shares.every(share => share === shares[0])
    ? w.scalar(shares[0] as number)
    : w.constant(shares, [1, 1, ...window.output])
}

/** Written as a depthwise sum over the window times 1/count; its gradient is the transposed sum. */
const averagePool: Rule = (context, node) => {
  const w = context.writer
  const [x] = inputsOf(context, node) as [string]
  const shape = w.shape(x)
  const channels = shape[1] as number
  const window = windowOf(node, shape, kernelOf(node))
  if (window.dilation.some(step => step !== 1))
    fail('unsupported', `AveragePool node "${node.name}" is dilated; training does not support that`)
  const share = windowShare(context, window, intAttribute(node, 'count_include_pad', 0) === 1)
  const ones = w.constant(
    new Float32Array(channels * elements(window.kernel)).fill(1),
    [channels, 1, ...window.kernel],
    'ones',
  )
  const attributes = { ...windowAttributes({ ...window, pads: exactPads(window) }), group: channels }
  const sum = w.emit('Conv', [x, ones], [...shape.slice(0, 2), ...window.output], attributes)
  defineOutput(context, node, mul(w, sum, share))
  return ([gradient]) => {
    if (gradient === undefined) return
    giveGradient(context, node, 0, () => {
      const end = overhang(window)
      return w.emit('ConvTranspose', [mul(w, gradient, share), ones], shape, {
        ...attributes,
        output_padding: end.map(pad => Math.max(0, -pad)),
      })
    })
  }
}

/** Mean or sum over axes, kept or dropped. */
function reduction(
  op: 'ReduceMean' | 'ReduceSum',
  axesOf: (context: Context, node: Node, rank: number) => number[] | undefined,
): Rule {
  return (context, node) => {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const shape = w.shape(x)
    const given = axesOf(context, node, shape.length) ?? []
    // No axes means all of them, unless the node says that it means none.
    const none = given.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1
    const all = given.length === 0 && !none ? shape.map((_, i) => i) : given
    const axes = all.map(axis => (axis < 0 ? axis + shape.length : axis))
    const keep = node.op === 'GlobalAveragePool' || intAttribute(node, 'keepdims', 1) === 1
    defineOutput(context, node, none ? x : reduce(w, op, x, axes, keep), node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => {
        const kept = reshape(
          w,
          gradient,
          shape.map((dim, i) => (axes.includes(i) ? 1 : dim)),
        )
        const count = op === 'ReduceMean' ? elements(axes.map(axis => shape[axis] as number)) : 1
        return expand(w, scale(w, kept, 1 / count), shape)
      })
    }
  }
}

const givenAxes = (context: Context, node: Node): number[] | undefined =>
  intsAttribute(node, 'axes') ?? constantInput(context, node, 1)

export const poolingRules: Record<string, Rule> = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: reduction('ReduceMean', (_context, _node, rank) =>
    Array.from({ length: rank - 2 }, (_, i) => i + 2),
  ),
  ReduceMean: reduction('ReduceMean', givenAxes),
  ReduceSum: reduction('ReduceSum', givenAxes),
}
