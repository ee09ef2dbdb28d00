/** Reshape, Flatten, Squeeze, Unsqueeze and Identity: the same elements with other dimensions. */
import { inputCell, renameAxes } from '../cell/cells.ts'
import { defineOutput, giveGradient, inputsOf, outputShape } from '../gradient/context.ts'
import type { Dim } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { divDim, productOf } from '../shape/dim.ts'
import { knownOf } from '../shape/elements.ts'
import { type Element, fact, fromFront, integersOf, unknownDims } from '../shape/fact.ts'
import { elements } from '../tensor.ts'
import { reshape } from '../writer.ts'
import { sameShape } from './one-value.ts'
import { type Call, type Operator, type PerCell, typeOf } from './operator.ts'

/** Resolves 0 (copy) and −1 (the rest) of a Reshape. */
function resolved(shape: Dim[] | undefined, target: Element[], allowZero: boolean): Dim[] {
  const dims = target.map((dim, i): Dim => (dim === 0 && !allowZero ? (shape?.[i] ?? null) : dim))
  const rest = dims.indexOf(-1)
  if (rest < 0) {
    // A single unknown dimension follows from the others.
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
  // Dimensions that are unknown on both sides cancel if one was copied to the same place.
  const left = shape.filter((dim, i) => dim !== null || dims[i] !== null || i === at)
  const right = others.filter(dim => dim !== null)
  if (shape.length - left.length !== others.length - right.length) return null
  return divDim(productOf(left), productOf(right))
}

/** Common parts of all of them. The feature axis follows from the shape. */
const common: Pick<Operator, 'fold' | 'gradient' | 'perCell'> = {
  fold({ inputs }, [dims]) {
    const known = knownOf(inputs[0])
    return dims && known && elements(known.dims) === elements(dims) ? [known.elements] : []
  },
  gradient(context, node) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const from = w.shape(x)
    defineOutput(context, node, reshape(w, x, outputShape(context, node)), node.inputs.slice(0, 1))
    return ([gradient]) => {
      if (gradient !== undefined) giveGradient(context, node, 0, () => reshape(w, gradient, from))
    }
  },
  perCell: {
    kind: 'axes',
    write(cells, node) {
      const shape = cells.view.facts.get(node.outputs[0]!)?.shape
      const rank = node.op === 'Flatten' ? 2 : (shape?.length ?? 2)
      const axis = rank > 2 ? Math.max(1, shape?.findIndex((dim, i) => i > 0 && dim !== 1) ?? 1) : 1
      renameAxes(cells, node, rank, axis)
    },
  },
}

/** For an operator that leaves the features on their axis. */
export const sameAxes: PerCell = {
  kind: 'axes',
  write(cells, node) {
    const rank = cells.view.facts.get(node.outputs[0]!)?.shape?.length ?? 2
    renameAxes(cells, node, rank, inputCell(cells, node).axis)
  },
}

/** Axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since. */
function axesOf({ node, inputs }: Call): number[] | undefined {
  return intsAttribute(node, 'axes') ?? integersOf(inputs[1]?.value)
}

const toShape: Operator = {
  names: ['Reshape'],
  ...common,
  shape(call) {
    const { node, inputs } = call
    const [data, target] = inputs
    if (target?.value) {
      const shape = resolved(data?.shape, target.value, intAttribute(node, 'allowzero', 0) !== 0)
      return [fact(typeOf(call), shape)]
    }
    const rank = target?.shape?.[0]
    return [fact(typeOf(call), typeof rank === 'number' && rank <= 64 ? unknownDims(rank) : undefined)]
  },
  fits: (_call, [data], output) => !!data && !!output && elements(data) === elements(output),
  dataInputs: 1,
  parameters: { inputs: [0], onImages: true },
}

const flatten: Operator = {
  names: ['Flatten'],
  ...common,
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return [fact(typeOf(call), unknownDims(2))]
    const axis = fromFront(intAttribute(call.node, 'axis', 1), shape.length)
    return [fact(typeOf(call), [productOf(shape.slice(0, axis)), productOf(shape.slice(axis))])]
  },
  dataInputs: 1,
  parameters: { inputs: [0] },
}

const squeeze: Operator = {
  names: ['Squeeze'],
  ...common,
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return [fact(typeOf(call))]
    const given = call.node.inputs[1] !== undefined || call.node.attributes.axes !== undefined
    const axes = axesOf(call)?.map(axis => fromFront(axis, shape.length))
    if (given && !axes) return [fact(typeOf(call))]
    if (!axes && shape.some(dim => typeof dim !== 'number')) return [fact(typeOf(call))]
    return [
      fact(
        typeOf(call),
        shape.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1)),
      ),
    ]
  },
  dataInputs: 1,
  parameters: { inputs: [0], onImages: true },
}

const unsqueeze: Operator = {
  names: ['Unsqueeze'],
  ...common,
  shape(call) {
    const shape = call.inputs[0]?.shape
    const axes = axesOf(call)
    if (!shape || !axes) return [fact(typeOf(call))]
    const rank = shape.length + axes.length
    const inserted = new Set(axes.map(axis => fromFront(axis, rank)))
    const rest = [...shape]
    return [
      fact(
        typeOf(call),
        Array.from({ length: rank }, (_, i): Dim => (inserted.has(i) ? 1 : (rest.shift() ?? null))),
      ),
    ]
  },
  dataInputs: 1,
  parameters: { inputs: [0], onImages: true },
}

const identity: Operator = {
  names: ['Identity'],
  ...common,
  shape: sameShape,
  perCell: sameAxes,
  parameters: { inputs: 'all', onImages: true },
}

export const reshapes: readonly Operator[] = [toShape, flatten, squeeze, unsqueeze, identity]
