/** Gather, Slice, Split and Concat: parts of tensors, and tensors of parts. */
import { defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Dim } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { addDim } from '../shape/dim.ts'
import {
  concatenate,
  type Elements,
  type Known,
  knownOf,
  listed,
  pick,
  stridesOf,
} from '../shape/elements.ts'
import { type Element, fact, fromFront, integersOf, unknownDims } from '../shape/fact.ts'
import { elements } from '../tensor.ts'
import { type Call, type Operator, typeOf } from './operator.ts'

const axisOf = (call: Call, fallback = 0): number => intAttribute(call.node, 'axis', fallback)

/** The parts at the given places along an axis, one after the other; unknown places give unknown elements. */
function taken(from: Known, axis: number, places: readonly Element[]): Elements | undefined {
  const size = from.dims[axis]
  if (size === undefined) return undefined
  const dims = from.dims.with(axis, 1)
  const strides = stridesOf(from.dims)
  const parts = places.map((place): Known | undefined => {
    if (typeof place !== 'number')
      return { dataType: from.dataType, dims, elements: new Array<Element>(elements(dims)).fill(null) }
    const at = fromFront(place, size)
    if (!(at >= 0 && at < size)) return undefined
    const offset = at * strides[axis]!
    return { dataType: from.dataType, dims, elements: pick(from, { dims, steps: strides, offset }) }
  })
  const all = parts.filter(part => part !== undefined)
  return all.length === parts.length ? concatenate(all, axis) : undefined
}

const gather: Operator = {
  names: ['Gather'],
  shape(call) {
    const [data, indices] = call.inputs
    if (!data?.shape || !indices?.shape) return [fact(typeOf(call))]
    const axis = fromFront(axisOf(call), data.shape.length)
    return [
      fact(typeOf(call), [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)]),
    ]
  },
  fold(call, [dims]) {
    const [from, places] = call.inputs.map(knownOf)
    if (!dims || !from || !places) return []
    return [taken(from, fromFront(axisOf(call), from.dims.length), listed(places))]
  },
  dataInputs: 1,
}

const gatherElements: Operator = {
  names: ['GatherElements'],
  shape: call => [fact(typeOf(call), call.inputs[1]?.shape)],
}

const concat: Operator = {
  names: ['Concat'],
  shape(call) {
    const shapes = call.inputs.map(input => input?.shape)
    const first = shapes.find(shape => shape !== undefined)
    if (!first) return [fact(typeOf(call))]
    const axis = fromFront(axisOf(call), first.length)
    const joined = first.map((dim, i): Dim => {
      if (i === axis) return shapes.reduce<Dim>((sum, shape) => addDim(sum, shape?.[axis] ?? null), 0)
      return shapes.reduce<Dim>(
        (known, shape) => (typeof known === 'number' ? known : (shape?.[i] ?? known)),
        dim,
      )
    })
    return [fact(typeOf(call), joined)]
  },
  fold(call, [dims]) {
    const parts = call.inputs.map(knownOf).filter(part => part !== undefined)
    if (!dims || parts.length < call.inputs.length) return []
    const axis = fromFront(axisOf(call), dims.length)
    const fit = parts.every(
      part =>
        part.dataType === parts[0]?.dataType &&
        part.dims.length === dims.length &&
        part.dims.every((dim, i) => i === axis || dim === dims[i]),
    )
    return fit && axis in dims ? [concatenate(parts, axis)] : []
  },
  gradient(context, node) {
    const w = context.writer
    const values = inputsOf(context, node)
    const shapes = values.map(value => w.shape(value))
    const axis = fromFront(intAttribute(node, 'axis', 0), shapes[0]?.length ?? 0)
    const total = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0)
    const to = (shapes[0] as number[]).with(axis, total)
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
  },
  fits(call, inputs) {
    const known = inputs.filter(shape => shape !== undefined)
    const axis = fromFront(axisOf(call), known[0]?.length ?? 0)
    const sameRank = known.every(shape => shape.length === known[0]?.length)
    return sameRank && new Set(known.map(shape => shape.with(axis, 0).join())).size <= 1
  },
  parameters: { inputs: 'all' },
}

/** A slice along one axis; null if it is not known. */
type Cut = { size: Dim; from: number; step: number } | null

/** The range of a slice along one axis, clamped as NumPy does. */
function sliceRange(size: number, start: number, end: number, step: number): [from: number, to: number] {
  const clamp = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high)
  return step > 0
    ? [clamp(start, 0, size), clamp(end, 0, size)]
    : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)]
}

function cutOf(size: Dim, start: Element, end: Element, step: Element): Cut {
  if (start === 0 && step === 1 && ((typeof end === 'number' && end >= 2 ** 31 - 1) || end === size))
    return { size, from: 0, step: 1 }
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number' || step === 0)
    return null
  if (typeof size !== 'number') {
    // A single element of an unknown number is assumed to exist.
    return step === 1 && start >= 0 && end - start === 1 ? { size: 1, from: start, step: 1 } : null
  }
  const [from, to] = sliceRange(size, start, end, step)
  return { size: Math.max(0, Math.ceil((to - from) / step)), from, step }
}

/** What a Slice takes along every axis: inputs since opset 10, attributes before; undefined if the axes are not known. */
function cutsOf({ node, inputs }: Call, shape: Dim[]): Cut[] | undefined {
  const starts = intsAttribute(node, 'starts') ?? inputs[1]?.value
  const ends = intsAttribute(node, 'ends') ?? inputs[2]?.value
  if (!starts || !ends) return undefined
  const given = (input: number): boolean => (node.inputs[input] ?? '') !== ''
  const axes = intsAttribute(node, 'axes') ?? (given(3) ? integersOf(inputs[3]?.value) : [...starts.keys()])
  const steps = given(4) ? inputs[4]?.value : starts.map(() => 1)
  if (!axes || !steps) return undefined
  const cuts: Cut[] = shape.map(size => ({ size, from: 0, step: 1 }))
  axes.forEach((given, i) => {
    const axis = fromFront(given, shape.length)
    cuts[axis] = cutOf(shape[axis] ?? null, starts[i] ?? null, ends[i] ?? null, steps[i] ?? null)
  })
  return cuts.slice(0, shape.length)
}

const slice: Operator = {
  names: ['Slice'],
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return [fact(typeOf(call))]
    const cuts = cutsOf(call, shape)
    return [fact(typeOf(call), cuts?.map(cut => cut?.size ?? null) ?? unknownDims(shape.length))]
  },
  fold(call, [dims]) {
    const known = knownOf(call.inputs[0])
    if (!dims || !known) return []
    const strides = stridesOf(known.dims)
    const cuts = cutsOf(call, known.dims) as NonNullable<Cut>[]
    const offset = cuts.reduce((sum, { from }, axis) => sum + from * strides[axis]!, 0)
    return [pick(known, { dims, steps: cuts.map(({ step }, axis) => step * strides[axis]!), offset })]
  },
  dataInputs: 1,
}

/** Sizes of a Split's parts along the axis: given, or as equal as possible. */
function partsOf({ node, inputs }: Call, whole: Dim): Dim[] {
  const sizes = intsAttribute(node, 'split') ?? inputs[1]?.value
  return node.outputs.map((_, i) => {
    if (sizes) return sizes[i] ?? null
    if (typeof whole !== 'number') return null
    const each = Math.ceil(whole / node.outputs.length)
    return Math.max(0, Math.min(each, whole - i * each))
  })
}

const split: Operator = {
  names: ['Split'],
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return call.node.outputs.map(() => fact(typeOf(call)))
    const axis = fromFront(axisOf(call), shape.length)
    return partsOf(call, shape[axis] ?? null).map(size => fact(typeOf(call), shape.with(axis, size)))
  },
  fold(call, outputs) {
    const known = knownOf(call.inputs[0])
    const axis = fromFront(axisOf(call), known?.dims.length ?? 0)
    if (!known || outputs.some(dims => !dims)) return []
    const steps = stridesOf(known.dims)
    let at = 0
    return outputs.map(dims => {
      const offset = at * steps[axis]!
      at += dims![axis]!
      return pick(known, { dims: dims!, steps, offset })
    })
  },
  dataInputs: 1,
}

export const select: readonly Operator[] = [gather, gatherElements, concat, slice, split]
