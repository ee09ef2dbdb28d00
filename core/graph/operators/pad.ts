/** Pad: adds values around a tensor. */
import { fail } from '../../base/error.ts'
import { constantInput, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import { floatAttribute, intsAttribute, stringAttribute } from '../node.ts'
import { fact, fromFront, unknownDims } from '../shape/fact.ts'
import { type Operator, typeOf } from './operator.ts'

const padding: Operator = {
  names: ['Pad'],
  shape(call) {
    const { node, inputs } = call
    const shape = inputs[0]?.shape
    if (!shape) return [fact(typeOf(call))]
    const pads = intsAttribute(node, 'pads') ?? inputs[1]?.value
    if (!pads) return [fact(typeOf(call), unknownDims(shape.length))]
    const axes = inputs[3]?.value ?? shape.map((_, i) => i)
    const padded = [...shape]
    axes.forEach((axis, i) => {
      if (typeof axis !== 'number') return padded.fill(null)
      const at = fromFront(axis, shape.length)
      const before = pads[i] ?? null
      const after = pads[i + axes.length] ?? null
      const size = padded[at] ?? null
      if (before === 0 && after === 0) return padded
      const known = typeof size === 'number' && typeof before === 'number' && typeof after === 'number'
      padded[at] = known ? size + before + after : null
      return padded
    })
    return [fact(typeOf(call), padded)]
  },
  gradient(context, node) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const mode = stringAttribute(node, 'mode', 'constant')
    if (mode !== 'constant')
      fail('unsupported', `Pad node "${node.name}" has mode ${mode}; training supports constant`)
    const shape = w.shape(x)
    const given = intsAttribute(node, 'pads') ?? constantInput(context, node, 1) ?? []
    const axes =
      constantInput(context, node, 3)?.map(axis => fromFront(axis, shape.length)) ?? shape.map((_, i) => i)
    const half = given.length / 2
    const before = shape.map((_, i) => given[axes.indexOf(i)] ?? 0)
    const after = shape.map((_, i) => (axes.includes(i) ? (given[half + axes.indexOf(i)] as number) : 0))
    const fill = constantInput(context, node, 2)?.[0] ?? floatAttribute(node, 'value', 0)
    const to = shape.map((dim, i) => dim + (before[i] as number) + (after[i] as number))
    const y = w.emit('Pad', [x, w.ints([...before, ...after]), w.scalar(fill)], to)
    defineOutput(context, node, y, node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () =>
        w.emit('Pad', [gradient, w.ints([...before, ...after].map(count => -count))], shape),
      )
    }
  },
  dataInputs: 1,
  parameters: { inputs: [], onImages: true },
}

export const pad: readonly Operator[] = [padding]
