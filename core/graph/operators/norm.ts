/** Batch, layer and other normalizations with a scale and a shift. */
import { fail } from '../../base/error.ts'
import { addCell, inputCell, keepOperator } from '../cell/cells.ts'
import { refuse } from '../cell/refuse.ts'
import { type Context, defineOutput, giveGradient, inputsOf } from '../gradient/context.ts'
import type { Node } from '../model.ts'
import { floatAttribute, intAttribute, node as makeNode } from '../node.ts'
import { fact, fromFront } from '../shape/fact.ts'
import { elements } from '../tensor.ts'
import { add, div, mul, reduce, reshape, scale, sub, sumTo, unary } from '../writer.ts'
import { sameShape } from './one-value.ts'
import { names, type Operator, typeOf } from './operator.ts'

interface BatchStatistics {
  mean: string
  variance: string
  channels: number
  /** Values per channel. */
  count: number
}

/** The batch's biased variance normalises, the unbiased one goes into the running variance, as in PyTorch. */
function updateRunning(context: Context, node: Node, statistics: BatchStatistics): void {
  const w = context.writer
  const { mean, variance, channels, count } = statistics
  const momentum = context.batchNormMomentum
  const running = (index: number, batch: string): void => {
    const name = node.inputs[index] as string
    const kept = scale(w, context.value(name), 1 - momentum)
    context.updateStatistic(name, add(w, kept, scale(w, reshape(w, batch, [channels]), momentum)))
  }
  running(3, mean)
  running(4, scale(w, variance, count / (count - 1)))
}

/**
 * BatchNormalization over x [N, C, …] with the statistics of the batch (Ioffe and Szegedy 2015).
 *
 * x is seen as [N, C, L], whose mean and sums over N and L are the fast reductions of ONNX Runtime. y = a·x + b with one
 * scale and shift per channel, and dx = p·dy + q·x + r likewise, so that each direction is two passes over the data.
 */
const batchNormGradient: NonNullable<Operator['gradient']> = (context, node) => {
  const w = context.writer
  const [input, gamma, beta] = inputsOf(context, node) as [string, string, string]
  const shape = w.shape(input)
  const [n, channels] = shape as [number, number]
  const length = elements(shape.slice(2))
  const count = n * length
  if (count < 2)
    fail(
      'usage',
      `batch norm "${node.name}" sees ${count} value per channel; training needs at least 2: use a larger batch or image`,
    )
  const x = reshape(w, input, [n, channels, length])
  const column = (value: string): string => reshape(w, value, [1, channels, 1])
  const mean = reduce(w, 'ReduceMean', x, [0, 2])
  const centred = sub(w, x, mean)
  const variance = reduce(w, 'ReduceMean', mul(w, centred, centred), [0, 2])
  const deviation = unary(w, 'Sqrt', add(w, variance, w.scalar(floatAttribute(node, 'epsilon', 1e-5))))
  const inverse = unary(w, 'Reciprocal', deviation)
  const slope = mul(w, column(gamma), inverse)
  const y = reshape(w, add(w, mul(w, centred, slope), column(beta)), shape)
  defineOutput(context, node, y, node.inputs.slice(0, 3))
  updateRunning(context, node, { mean, variance, channels, count })

  return ([gradient]) => {
    if (gradient === undefined) return
    const g = reshape(w, gradient, [n, channels, length])
    const sum = reduce(w, 'ReduceSum', g, [0, 2])
    const dot = mul(w, reduce(w, 'ReduceSum', mul(w, g, centred), [0, 2]), inverse)
    giveGradient(context, node, 1, () => reshape(w, dot, [channels]))
    giveGradient(context, node, 2, () => reshape(w, sum, [channels]))
    giveGradient(context, node, 0, () => {
      // dx = slope · (g − Σg/M − centred · inverse · dot/M)
      const along = scale(w, mul(w, mul(w, slope, inverse), dot), 1 / count)
      const shift = scale(w, mul(w, slope, sum), 1 / count)
      const fitted = add(w, mul(w, centred, along), shift)
      return reshape(w, sub(w, mul(w, g, slope), fitted), shape)
    })
  }
}

const batchNormalization: Operator = {
  names: ['BatchNormalization'],
  /** In training mode also the running mean and variance [C]. */
  shape(call) {
    const channels = call.inputs[1]
    const statistic = fact(channels?.dataType ?? 'other:0', channels?.shape)
    return [...sameShape(call), statistic, statistic, statistic, statistic]
  },
  gradient: batchNormGradient,
  perCell: {
    kind: 'features',
    write(cells, node) {
      if (inputCell(cells, node).axis !== 1)
        refuse(`BatchNormalization "${node.name}" does not act on the features`, [])
      keepOperator(cells, node, true)
    },
  },
  parameters: { inputs: [1, 2], statistics: [3, 4] },
  torchNames: [undefined, 'weight', 'bias', 'running_mean', 'running_var'],
}

/** Also the mean and inverse deviation, with ones from `axis` on. */
const overLastAxes: Pick<Operator<number>, 'attributes' | 'shape'> = {
  attributes: node => intAttribute(node, 'axis', -1),
  shape(call) {
    const shape = call.inputs[0]?.shape
    const axis = shape ? fromFront(call.attributes, shape.length) : 0
    const statistic = fact(
      'float32',
      shape?.map((dim, i) => (i < axis ? dim : 1)),
    )
    return [fact(typeOf(call), shape), statistic, statistic]
  },
}

/** LayerNormalization over the axes from `axis` on (Ba et al. 2016). */
const layerNormalization: Operator<number> = {
  names: ['LayerNormalization'],
  ...overLastAxes,
  gradient(context, node, from) {
    const w = context.writer
    const [x, gamma, beta = ''] = inputsOf(context, node) as [string, string, string?]
    const shape = w.shape(x)
    const axes = shape.map((_, i) => i).slice(fromFront(from, shape.length))
    const centred = sub(w, x, reduce(w, 'ReduceMean', x, axes))
    const variance = reduce(w, 'ReduceMean', mul(w, centred, centred), axes)
    const deviation = unary(w, 'Sqrt', add(w, variance, w.scalar(floatAttribute(node, 'epsilon', 1e-5))))
    const normal = div(w, centred, deviation)
    const scaled = mul(w, normal, gamma)
    defineOutput(context, node, beta === '' ? scaled : add(w, scaled, beta))
    return ([gradient]) => {
      if (gradient === undefined) return
      giveGradient(context, node, 1, () => sumTo(w, mul(w, gradient, normal), w.shape(gamma)))
      giveGradient(context, node, 2, () => sumTo(w, gradient, w.shape(beta)))
      giveGradient(context, node, 0, () => {
        const g = mul(w, gradient, gamma)
        const along = mul(w, normal, reduce(w, 'ReduceMean', mul(w, g, normal), axes))
        return div(w, sub(w, sub(w, g, reduce(w, 'ReduceMean', g, axes)), along), deviation)
      })
    }
  },
  perCell: {
    kind: 'features',
    write(cells, node, from) {
      const cell = inputCell(cells, node)
      if (fromFront(from, cell.rank) !== cell.rank - 1 || cell.axis !== cell.rank - 1)
        refuse(`LayerNormalization "${node.name}" does not act on the features alone`, [])
      const [before, after] = [cells.fresh(`${node.name}_in`), cells.fresh(`${node.name}_out`)]
      const inputs = [before, ...node.inputs.slice(1)]
      cells.nodes.push(makeNode('Transpose', [cell.name], [before], { perm: [0, 2, 3, 1] }))
      cells.nodes.push(makeNode('LayerNormalization', inputs, [after], { ...node.attributes, axis: -1 }))
      cells.nonlinear.push('LayerNorm')
      addCell(cells, node.outputs[0]!, {
        op: 'Transpose',
        inputs: [after],
        attributes: { perm: [0, 3, 1, 2] },
        cell: { ...cell, affine: false },
      })
    },
  },
  parameters: { inputs: [1, 2] },
  torchNames: [undefined, 'weight', 'bias'],
}

export const norm: readonly Operator[] = [
  batchNormalization,
  layerNormalization,
  { names: ['SimplifiedLayerNormalization'], ...overLastAxes },
  { names: names('RMSNormalization InstanceNormalization GroupNormalization'), shape: sameShape },
]
