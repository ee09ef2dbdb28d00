/** Differentiation of operators that only move values: reshapes, transpositions, concatenation, padding. */
import { fail } from '../../../base/error.ts'
import type { Node } from '../../model.ts'
import { floatAttribute, intAttribute, intsAttribute, stringAttribute } from '../../node.ts'
import { elements } from '../../tensor.ts'
import {
  constantInput,
  defineOutput,
  giveGradient,
  inputsOf,
  type Context,
  type Rule,
} from '../../gradient/context.ts'
import { reshape, transpose } from '../../writer.ts'

type Reshaped = (shape: readonly number[], node: Node, context: Context) => number[]

/** A rule for everything that is a reshape at build time. */
function reshaping(target: Reshaped): Rule {
  return (context, node) => {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const from = w.shape(x)
    defineOutput(context, node, reshape(w, x, target(from, node, context)), node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient !== undefined) giveGradient(context, node, 0, () => reshape(w, gradient, from))
    }
  }
}

const axesOf = (context: Context, node: Node): number[] | undefined =>
  intsAttribute(node, 'axes') ?? constantInput(context, node, 1)

/** Shapes after nodes that only reshape, for values and for constants alike. */
export const reshaped = {
  Identity: shape => [...shape],
  Flatten(shape, node) {
    const axis = intAttribute(node, 'axis', 1)
    const at = axis < 0 ? axis + shape.length : axis
    return [elements(shape.slice(0, at)), elements(shape.slice(at))]
  },
  Reshape(shape, node, context) {
    const wanted =
      constantInput(context, node, 1) ?? fail('bad-model', `Reshape node "${node.name}" has no shape`)
    const zeros = intAttribute(node, 'allowzero', 0) === 1
    const dims = wanted.map((dim, i) => (dim === 0 && !zeros ? (shape[i] ?? 0) : dim))
    const rest = dims.filter(dim => dim !== -1)
    return dims.map(dim => (dim === -1 ? elements(shape) / elements(rest) : dim))
  },
  Squeeze(shape, node, context) {
    const axes = axesOf(context, node)?.map(axis => (axis < 0 ? axis + shape.length : axis))
    return shape.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1))
  },
  Unsqueeze(shape, node, context) {
    const axes = axesOf(context, node) ?? []
    const rank = shape.length + axes.length
    const at = axes.map(axis => (axis < 0 ? axis + rank : axis))
    const rest = [...shape]
    return Array.from({ length: rank }, (_, i) => (at.includes(i) ? 1 : (rest.shift() as number)))
  },
} satisfies Record<string, Reshaped>

const transposeRule: Rule = (context, node) => {
  const w = context.writer
  const [x] = inputsOf(context, node) as [string]
  const perm = intsAttribute(node, 'perm') ?? w.shape(x).map((_, i, all) => all.length - 1 - i)
  defineOutput(context, node, transpose(w, x, perm))
  return ([gradient]) => {
    if (gradient === undefined) return
    giveGradient(context, node, 0, () =>
      transpose(
        w,
        gradient,
        perm.map((_, i) => perm.indexOf(i)),
      ),
    )
  }
}

const concat: Rule = (context, node) => {
  const w = context.writer
  const values = inputsOf(context, node)
  const shapes = values.map(value => w.shape(value))
  const rank = shapes[0]?.length ?? 0
  const axis = (intAttribute(node, 'axis', 0) + rank) % rank
  const total = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0)
  const to = (shapes[0] as number[]).map((dim, i) => (i === axis ? total : dim))
  defineOutput(context, node, w.emit('Concat', values, to, { axis }))
  return ([gradient]) => {
    if (gradient === undefined) return
    let start = 0
    values.forEach((_, i) => {
      const shape = shapes[i] as readonly number[]
      const from = start
      start += shape[axis] as number
      const end = start
      giveGradient(context, node, i, () =>
        w.emit('Slice', [gradient, w.ints([from]), w.ints([end]), w.ints([axis])], shape),
      )
    })
  }
}

const pad: Rule = (context, node) => {
  const w = context.writer
  const [x] = inputsOf(context, node) as [string]
  const mode = stringAttribute(node, 'mode', 'constant')
  if (mode !== 'constant')
    fail('unsupported', `Pad node "${node.name}" has mode ${mode}; training supports constant`)
  const shape = w.shape(x)
  const given = intsAttribute(node, 'pads') ?? constantInput(context, node, 1) ?? []
  const axes =
    constantInput(context, node, 3)?.map(axis => (axis < 0 ? axis + shape.length : axis)) ??
    shape.map((_, i) => i)
  const half = given.length / 2
  const before = shape.map((_, i) => given[axes.indexOf(i)] ?? 0)
  const after = shape.map((_, i) => (axes.includes(i) ? (given[half + axes.indexOf(i)] as number) : 0))
  const fill = constantInput(context, node, 2)?.[0] ?? floatAttribute(node, 'value', 0)
  const to = shape.map((dim, i) => dim + (before[i] as number) + (after[i] as number))
  defineOutput(
    context,
    node,
    w.emit('Pad', [x, w.ints([...before, ...after]), w.scalar(fill)], to),
    node.inputs.slice(0, 1),
  )
  return ([gradient]) => {
    if (gradient === undefined) return
    giveGradient(context, node, 0, () =>
      w.emit('Pad', [gradient, w.ints([...before, ...after].map(count => -count))], shape),
    )
  }
}

export const shapingRules: Record<string, Rule> = {
  ...Object.fromEntries(Object.entries(reshaped).map(([op, target]) => [op, reshaping(target)])),
  Transpose: transposeRule,
  Concat: concat,
  Pad: pad,
}
