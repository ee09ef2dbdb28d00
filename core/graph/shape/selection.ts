/** Shapes of operators that select, join and split, with values where they build shapes. */
import type { Dim } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { addDim } from './dim.ts'
import { gathered, isFixed, knownElements } from './fold.ts'
import type { Call, Element, Rule } from './fact.ts'
import { fact, fromFront, integersOf, maxFolded, typeOf, unknownDims } from './fact.ts'

const gather: Rule = call => {
  const [data, indices] = call.inputs
  if (!data?.shape || !indices?.shape) return [fact(typeOf(call))]
  const axis = fromFront(intAttribute(call.node, 'axis', 0), data.shape.length)
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)]
  const items = data.value
  const value =
    items && data.shape.length === 1 && indices.value
      ? indices.value.map(i => (typeof i === 'number' ? (items[fromFront(i, items.length)] ?? null) : null))
      : undefined
  return [fact(typeOf(call), shape, value)]
}

const gatherElements: Rule = call => [fact(typeOf(call), call.inputs[1]?.shape)]

const concat: Rule = call => {
  const { inputs, node } = call
  const shapes = inputs.map(input => input?.shape)
  const first = shapes.find(shape => shape !== undefined)
  if (!first) return [fact(typeOf(call))]
  const axis = fromFront(intAttribute(node, 'axis', 0), first.length)
  const joined = first.map((dim, i): Dim => {
    if (i === axis) return shapes.reduce<Dim>((sum, shape) => addDim(sum, shape?.[axis] ?? null), 0)
    return shapes.reduce<Dim>(
      (known, shape) => (typeof known === 'number' ? known : (shape?.[i] ?? known)),
      dim,
    )
  })
  const values = inputs.map(input => input?.value)
  const value = first.length === 1 && values.every(v => v !== undefined) ? values.flat() : undefined
  return [fact(typeOf(call), joined, value && value.length <= maxFolded ? value : undefined)]
}

/** The range of a slice along one axis, clamped as NumPy does. */
function sliceRange(size: number, start: number, end: number, step: number): [from: number, to: number] {
  const clamp = (at: number, low: number, high: number): number =>
    Math.min(Math.max(at < 0 ? at + size : at, low), high)
  return step > 0
    ? [clamp(start, 0, size), clamp(end, 0, size)]
    : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)]
}

/** Starts, ends, axes and steps: inputs since opset 10, attributes before. */
function slicesOf(
  { node, inputs }: Call,
  rank: number,
): { starts: Element[]; ends: Element[]; axes: number[]; steps: Element[] } | undefined {
  const starts = intsAttribute(node, 'starts') ?? inputs[1]?.value
  const ends = intsAttribute(node, 'ends') ?? inputs[2]?.value
  if (!starts || !ends) return undefined
  const given = (input: number): boolean => (node.inputs[input] ?? '') !== ''
  const axes = intsAttribute(node, 'axes') ?? (given(3) ? integersOf(inputs[3]?.value) : [...starts.keys()])
  const steps = given(4) ? inputs[4]?.value : starts.map(() => 1)
  if (!axes || !steps) return undefined
  return { starts, ends, axes: axes.map(axis => fromFront(axis, rank)), steps }
}

/** Size, first position and step of a slice along one axis; null where they are not known. */
function sliced(
  size: Dim,
  start: Element,
  end: Element,
  step: Element,
): { size: Dim; from: number; step: number } | null {
  if (start === 0 && step === 1 && ((typeof end === 'number' && end >= 2 ** 31 - 1) || end === size))
    return { size, from: 0, step: 1 }
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number' || step === 0)
    return null
  if (typeof size !== 'number') {
    // One element out of an unknown number is taken to be there.
    return step === 1 && start >= 0 && end - start === 1 ? { size: 1, from: start, step: 1 } : null
  }
  const [from, to] = sliceRange(size, start, end, step)
  return { size: Math.max(0, Math.ceil((to - from) / step)), from, step }
}

const slice: Rule = call => {
  const [data] = call.inputs
  const shape = data?.shape
  if (!shape) return [fact(typeOf(call))]
  const slices = slicesOf(call, shape.length)
  if (!slices) return [fact(typeOf(call), unknownDims(shape.length))]
  const parts: ({ size: Dim; from: number; step: number } | null)[] = shape.map(size => ({
    size,
    from: 0,
    step: 1,
  }))
  slices.axes.forEach((axis, i) => {
    parts[axis] = sliced(
      shape[axis] ?? null,
      slices.starts[i] ?? null,
      slices.ends[i] ?? null,
      slices.steps[i] ?? null,
    )
  })
  const out = shape.map((_, axis) => parts[axis]?.size ?? null)
  const input = knownElements(data)
  const value =
    input && isFixed(out)
      ? gathered(input, out, at =>
          at.map((p, axis) => (parts[axis]?.from ?? 0) + p * (parts[axis]?.step ?? 1)),
        )
      : undefined
  return [fact(typeOf(call), out, value)]
}

const split: Rule = call => {
  const { node, inputs } = call
  const shape = inputs[0]?.shape
  if (!shape) return node.outputs.map(() => fact(typeOf(call)))
  const axis = fromFront(intAttribute(node, 'axis', 0), shape.length)
  const sizes = intsAttribute(node, 'split') ?? inputs[1]?.value
  const whole = shape[axis] ?? null
  const value = shape.length === 1 ? inputs[0]?.value : undefined
  let at = 0
  return node.outputs.map((_, i) => {
    let size: Dim = sizes?.[i] ?? null
    if (!sizes && typeof whole === 'number') {
      const each = Math.ceil(whole / node.outputs.length)
      size = Math.max(0, Math.min(each, whole - i * each))
    }
    const part = typeof size === 'number' ? value?.slice(at, at + size) : undefined
    if (typeof size === 'number') at += size
    return fact(typeOf(call), shape.with(axis, size), part)
  })
}

export const selection: [string, Rule][] = [
  ['Gather', gather],
  ['GatherElements', gatherElements],
  ['Concat', concat],
  ['Slice', slice],
  ['Split', split],
]
