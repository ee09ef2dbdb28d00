/** Shapes of operators that only rearrange elements. */
import type { Dim } from '../model.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../node.ts'
import { broadcastShapes, divDim, mulDim, productOf } from './dim.ts'
import { gathered, isFixed, knownElements } from './fold.ts'
import type { Call, Element, Rule } from './fact.ts'
import { fact, fromFront, integersOf, typeOf, unknownDims } from './fact.ts'

/** Resolves 0 (copy) and −1 (the rest) of a Reshape. */
function reshaped(shape: Dim[] | undefined, target: Element[], allowZero: boolean): Dim[] {
  const dims = target.map((dim, i): Dim => (dim === 0 && !allowZero ? (shape?.[i] ?? null) : dim))
  const rest = dims.indexOf(-1)
  if (rest < 0) {
    // One dimension that is not known follows from the others.
    const gap = dims.indexOf(null)
    if (gap < 0 || dims.indexOf(null, gap + 1) >= 0 || !shape) return dims
    return dims.with(gap, restOf(shape, dims, gap))
  }
  return dims.with(rest, shape ? restOf(shape, dims, rest) : null)
}

function restOf(shape: Dim[], dims: Dim[], at: number): Dim {
  const others = dims.filter((_, i) => i !== at)
  const whole = divDim(productOf(shape), productOf(others))
  if (whole !== null) return whole
  // Dimensions that are unknown on both sides cancel where one was copied to the same place.
  const left = shape.filter((dim, i) => dim !== null || dims[i] !== null || i === at)
  const right = others.filter(dim => dim !== null)
  if (shape.length - left.length !== others.length - right.length) return null
  return divDim(productOf(left), productOf(right))
}

const reshape: Rule = call => {
  const { node, inputs } = call
  const [data, target] = inputs
  if (target?.value) {
    const shape = reshaped(data?.shape, target.value, intAttribute(node, 'allowzero', 0) !== 0)
    return [fact(typeOf(call), shape, data?.value)]
  }
  const rank = target?.shape?.[0]
  return [fact(typeOf(call), typeof rank === 'number' && rank <= 64 ? unknownDims(rank) : undefined)]
}

const flatten: Rule = call => {
  const shape = call.inputs[0]?.shape
  if (!shape) return [fact(typeOf(call), unknownDims(2))]
  const axis = fromFront(intAttribute(call.node, 'axis', 1), shape.length)
  return [fact(typeOf(call), [productOf(shape.slice(0, axis)), productOf(shape.slice(axis))])]
}

/** Axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since. */
function axesOf({ node, inputs }: Call): number[] | undefined {
  return intsAttribute(node, 'axes') ?? integersOf(inputs[1]?.value)
}

const squeeze: Rule = call => {
  const [data] = call.inputs
  const shape = data?.shape
  if (!shape) return [fact(typeOf(call))]
  const given = call.node.inputs[1] !== undefined || call.node.attributes.axes !== undefined
  const axes = axesOf(call)?.map(axis => fromFront(axis, shape.length))
  if (given && !axes) return [fact(typeOf(call))]
  if (!axes && shape.some(dim => typeof dim !== 'number')) return [fact(typeOf(call))]
  const kept = shape.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1))
  return [fact(typeOf(call), kept, data.value)]
}

const unsqueeze: Rule = call => {
  const [data] = call.inputs
  const axes = axesOf(call)
  if (!data?.shape || !axes) return [fact(typeOf(call))]
  const rank = data.shape.length + axes.length
  const inserted = new Set(axes.map(axis => fromFront(axis, rank)))
  const rest = [...data.shape]
  const shape = Array.from({ length: rank }, (_, i): Dim => (inserted.has(i) ? 1 : (rest.shift() ?? null)))
  return [fact(typeOf(call), shape, data.value)]
}

const transpose: Rule = call => {
  const shape = call.inputs[0]?.shape
  if (!shape) return [fact(typeOf(call))]
  const given = intsAttribute(call.node, 'perm') ?? [...shape.keys()].reverse()
  const order = given.map(axis => fromFront(axis, shape.length))
  const out = order.map(axis => shape[axis] ?? null)
  const input = knownElements(call.inputs[0])
  const value =
    input && isFixed(out)
      ? gathered(input, out, at => shape.map((_, axis) => at[order.indexOf(axis)] ?? 0))
      : undefined
  return [fact(typeOf(call), out, value)]
}

const expand: Rule = call => {
  const [data, target] = call.inputs
  if (!data?.shape || !target?.value) return [fact(typeOf(call))]
  const shape = broadcastShapes([data.shape, target.value])
  const value = data.value?.length === 1 ? filled(shape, data.value[0]!) : undefined
  return [fact(typeOf(call), shape, value)]
}

/** A small constant vector, as shape arithmetic uses it. */
export function filled(shape: Dim[], value: Element): Element[] | undefined {
  const count = productOf(shape)
  return typeof count === 'number' && count <= 64 ? new Array<Element>(count).fill(value) : undefined
}

const tile: Rule = call => {
  const [data, repeats] = call.inputs
  if (!data?.shape) return [fact(typeOf(call))]
  return [
    fact(
      typeOf(call),
      data.shape.map((dim, i) => mulDim(dim, repeats?.value?.[i] ?? null)),
    ),
  ]
}

const depthToSpace: Rule = call => {
  const shape = call.inputs[0]?.shape
  const block = intAttribute(call.node, 'blocksize', 1)
  if (shape?.length !== 4) return [fact(typeOf(call))]
  const [n, c, h, w] = shape as [Dim, Dim, Dim, Dim]
  const grow = call.node.op === 'DepthToSpace'
  const scale = (dim: Dim): Dim => (grow ? mulDim(dim, block) : divDim(dim, block))
  const channels = grow ? divDim(c, block * block) : mulDim(c, block * block)
  return [fact(typeOf(call), [n, channels, scale(h), scale(w)])]
}

/** Output size: asked for, or ⌊size · scale⌋. */
const resize: Rule = call => {
  const { inputs, node } = call
  const shape = inputs[0]?.shape
  if (!shape) return [fact(typeOf(call))]
  const short = node.op === 'Upsample' || inputs.length === 2
  const scales = (short ? inputs[1] : inputs[2])?.value ?? floatsOf(node.attributes.scales)
  const sizes = inputs[3]?.value
  const axes = intsAttribute(node, 'axes') ?? [...shape.keys()]
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch')
  const out = shape.map((dim, i): Dim => {
    const at = axes.findIndex(axis => fromFront(axis, shape.length) === i)
    if (at < 0) return dim
    if (sizes && sizes.length > 0) return policy === 'stretch' ? (sizes[at] ?? null) : null
    const scale = scales?.[at]
    if (scale === 1) return dim
    return typeof scale === 'number' && typeof dim === 'number' ? Math.floor(dim * scale) : null
  })
  return [fact(typeOf(call), out)]
}

const floatsOf = (attribute: { type: string; value: unknown } | undefined): number[] | undefined =>
  attribute?.type === 'floats' ? (attribute.value as number[]) : undefined

export const layout: [string, Rule][] = [
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Transpose', transpose],
  ['Expand', expand],
  ['Tile', tile],
  ['DepthToSpace', depthToSpace],
  ['SpaceToDepth', depthToSpace],
  ['Resize', resize],
  ['Upsample', resize],
]
