/** Transpose, Expand, Tile, Resize and similar operators: elements in another order, or repeated. */
import { inputCell, renameAxes } from '../cell/cells.ts'
import { defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Dim } from '../model.ts'
import { intAttribute, intsAttribute, stringAttribute } from '../node.ts'
import { broadcastShapes, divDim, mulDim } from '../shape/dim.ts'
import { broadcastSteps, knownOf, pick, stridesOf } from '../shape/elements.ts'
import { fact, fromFront } from '../shape/fact.ts'
import { transpose as transposed } from '../writer.ts'
import { broadcasts } from './broadcasting.ts'
import { type Operator, typeOf } from './operator.ts'

/** The order of axes; undefined (all reversed) if the node does not specify one. */
const transpose: Operator<number[] | undefined> = {
  names: ['Transpose'],
  attributes: node => intsAttribute(node, 'perm'),
  shape(call) {
    const shape = call.inputs[0]?.shape
    if (!shape) return [fact(typeOf(call))]
    const given = call.attributes ?? [...shape.keys()].reverse()
    return [
      fact(
        typeOf(call),
        given.map(axis => shape[fromFront(axis, shape.length)] ?? null),
      ),
    ]
  },
  fold({ inputs, attributes }, [dims]) {
    const known = knownOf(inputs[0])
    if (!dims || !known) return []
    const given = attributes ?? [...dims.keys()].reverse()
    const order = given.map(axis => fromFront(axis, dims.length))
    if (new Set(order).size < known.dims.length) return []
    const strides = stridesOf(known.dims)
    return [pick(known, { dims, steps: order.map(axis => strides[axis]!) })]
  },
  gradient(context, node, attributes) {
    const w = context.writer
    const [x] = inputsOf(context, node) as [string]
    const perm = attributes ?? w.shape(x).map((_, i, all) => all.length - 1 - i)
    defineOutput(context, node, transposed(w, x, perm))
    return ([gradient]) => {
      if (gradient === undefined) return
      const back = perm.map((_, i) => perm.indexOf(i))
      giveGradient(context, node, 0, () => transposed(w, gradient, back))
    }
  },
  perCell: {
    kind: 'axes',
    write(cells, node, attributes) {
      const rank = cells.view.facts.get(node.outputs[0]!)?.shape?.length ?? 2
      const order = attributes ?? [...Array(rank).keys()].reverse()
      renameAxes(cells, node, rank, order.indexOf(inputCell(cells, node).axis))
    },
  },
  parameters: { inputs: 'all', weights: true, onImages: true },
}

const expand: Operator = {
  names: ['Expand'],
  shape(call) {
    const [data, target] = call.inputs
    if (!data?.shape || !target?.value) return [fact(typeOf(call))]
    return [fact(typeOf(call), broadcastShapes([data.shape, target.value]))]
  },
  fold({ inputs }, [dims]) {
    const known = knownOf(inputs[0])
    return dims && known ? [pick(known, { dims, steps: broadcastSteps(known.dims, dims) })] : []
  },
  fits: (_call, [data], output) => !!data && !!output && broadcasts([data, output]),
  dataInputs: 1,
}

const tile: Operator = {
  names: ['Tile'],
  shape(call) {
    const [data, repeats] = call.inputs
    const shape = data?.shape?.map((dim, i) => mulDim(dim, repeats?.value?.[i] ?? null))
    return [fact(typeOf(call), shape)]
  },
  dataInputs: 1,
}

/** Channels to blocks of pixels, or back. */
const depthToSpace: Operator = {
  names: ['DepthToSpace', 'SpaceToDepth'],
  shape(call) {
    const shape = call.inputs[0]?.shape
    const block = intAttribute(call.node, 'blocksize', 1)
    if (shape?.length !== 4) return [fact(typeOf(call))]
    const [n, c, h, w] = shape as [Dim, Dim, Dim, Dim]
    const grow = call.node.op === 'DepthToSpace'
    const scale = (dim: Dim): Dim => (grow ? mulDim(dim, block) : divDim(dim, block))
    const channels = grow ? divDim(c, block * block) : mulDim(c, block * block)
    return [fact(typeOf(call), [n, channels, scale(h), scale(w)])]
  },
}

/** Output size: given, or ⌊size · scale⌋. */
const resize: Operator = {
  names: ['Resize', 'Upsample'],
  shape(call) {
    const { inputs, node } = call
    const shape = inputs[0]?.shape
    if (!shape) return [fact(typeOf(call))]
    const short = node.op === 'Upsample' || inputs.length === 2
    const listed = node.attributes.scales
    const scales =
      (short ? inputs[1] : inputs[2])?.value ?? (listed?.type === 'floats' ? listed.value : undefined)
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
  },
  dataInputs: 1,
}

export const layout: readonly Operator[] = [transpose, expand, tile, depthToSpace, resize]
