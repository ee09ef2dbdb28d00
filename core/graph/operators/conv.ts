/** Convolutions. */
import { addCell, constantOf, inputCell } from '../cell/cells.ts'
import { refuse } from '../cell/refuse.ts'
import { defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import { forward, inputGradient, weightGradient } from '../lowering/lower.ts'
import type { Dim, Node } from '../model.ts'
import { intAttribute, intsAttribute } from '../node.ts'
import { fact } from '../shape/fact.ts'
import { positions, spread, windowAxes, windowOf } from '../shape/window.ts'
import { reduce } from '../writer.ts'
import { type Call, type Operator, typeOf } from './operator.ts'

interface ConvAttributes {
  groups: number
  /** [kh, kw]; default: the weight's. */
  kernel: number[] | undefined
}

const attributesOf = (node: Node): ConvAttributes => ({
  groups: intAttribute(node, 'group', 1),
  kernel: intsAttribute(node, 'kernel_shape'),
})

/** Conv with groups, any stride, dilation and padding. */
const conv: Operator<ConvAttributes> = {
  names: ['Conv'],
  attributes: attributesOf,
  shape(call) {
    const image = call.inputs[0]?.shape
    const weight = call.inputs[1]?.shape
    if (!image || !weight) return [fact(typeOf(call))]
    const axes = windowAxes(call.node, call.attributes.kernel ?? weight.slice(2))
    const map = image.slice(2).map((size, i) => (axes[i] ? positions(axes[i], size) : null))
    return [fact(typeOf(call), [image[0]!, weight[0]!, ...map])]
  },
  gradient(context, node, { groups }) {
    const w = context.writer
    const [x, weight, bias = ''] = inputsOf(context, node) as [string, string, string?]
    const window = windowOf(node, w.shape(x), w.shape(weight).slice(2))
    const lowered = { x, weight, bias, groups, window }
    defineOutput(context, node, forward(w, lowered, context.lowering))
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 0, () => inputGradient(w, lowered, gradient, context.lowering))
      giveGradient(context, node, 1, () => weightGradient(w, lowered, gradient, context.lowering))
      giveGradient(context, node, 2, () => reduce(w, 'ReduceSum', gradient, [0, 2, 3], false))
    }
  },
  // After the pool only a 1×1 convolution is possible, and it stays unchanged.
  perCell: {
    kind: 'features',
    write(cells, node) {
      const cell = inputCell(cells, node)
      const weight = constantOf(cells, node, node.inputs[1] ?? '')
      const plain = (key: string, value: number): boolean =>
        intsAttribute(node, key)?.every(x => x === value) ?? true
      const single = weight.dims.slice(2).every(dim => dim === 1)
      if (!single || weight.dims.length !== 4 || !plain('strides', 1) || !plain('pads', 0) || cell.axis !== 1)
        refuse(`Conv "${node.name}" after the pool is not a 1×1 convolution`, [])
      addCell(cells, node.outputs[0]!, {
        op: 'Conv',
        inputs: [cell.name, ...node.inputs.slice(1)],
        attributes: node.attributes,
        cell: { ...cell, size: weight.dims[0] },
      })
    },
  },
  fits: ({ attributes }, [x, weight]) => !!x && !!weight && x[1] === weight[1]! * attributes.groups,
  parameters: { inputs: [1, 2], weights: true },
  torchNames: [undefined, 'weight', 'bias'],
}

const fusedConv: Operator<ConvAttributes> = {
  names: ['com.microsoft:FusedConv'],
  attributes: attributesOf,
  shape: call => conv.shape(call),
}

const convTranspose: Operator<ConvAttributes> = {
  names: ['ConvTranspose'],
  attributes: attributesOf,
  shape(call) {
    const image = call.inputs[0]?.shape
    const weight = call.inputs[1]?.shape
    if (!image || !weight) return [fact(typeOf(call))]
    const perGroup = weight[1] ?? null
    const channels = typeof perGroup === 'number' ? perGroup * call.attributes.groups : null
    return [fact(typeOf(call), [image[0]!, channels, ...spreadMap(call, image.slice(2), weight.slice(2))])]
  },
}

function spreadMap({ node, attributes }: Call<ConvAttributes>, map: Dim[], kernel: Dim[]): Dim[] {
  const axes = windowAxes(node, attributes.kernel ?? kernel)
  const extra = intsAttribute(node, 'output_padding')
  const asked = intsAttribute(node, 'output_shape')
  return map.map((size, i) => {
    if (asked) return asked[i] ?? null
    return axes[i] ? spread(axes[i], size, extra?.[i] ?? 0) : null
  })
}

export const convolutions: readonly Operator[] = [conv, fusedConv, convTranspose]
