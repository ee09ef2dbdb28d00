/** Differentiation of BatchNormalization (training mode) and LayerNormalization. */
import { fail } from '../../../base/error.ts'
import { floatAttribute, intAttribute } from '../../node.ts'
import { elements } from '../../tensor.ts'
import { defineOutput, giveGradient, inputsOf, type Rule } from '../../gradient/context.ts'
import { add, div, mul, reduce, reshape, scale, sub, sumTo, unary } from '../../writer.ts'

/**
 * BatchNormalization over x [N, C, …] with the statistics of the batch (Ioffe and Szegedy 2015): biased variance for
 * normalising, unbiased for the running variance, as in PyTorch.
 *
 * x is seen as [N, C, L], whose mean and sums over N and L are the fast reductions of ONNX Runtime. y = a·x + b with one
 * scale and shift a channel, and dx = p·dy + q·x + r likewise, so that each direction is two passes over the data.
 */
export const batchNormalization: Rule = (context, node) => {
  const w = context.writer
  const [input, gamma, beta] = inputsOf(context, node) as [string, string, string]
  const shape = w.shape(input)
  const [n, channels] = shape as [number, number]
  const length = elements(shape.slice(2))
  const count = n * length
  if (count < 2)
    fail(
      'usage',
      `batch norm "${node.name}" sees ${count} value a channel; training needs at least 2: use a larger batch or image`,
    )
  const x = reshape(w, input, [n, channels, length])
  const column = (value: string): string => reshape(w, value, [1, channels, 1])
  const mean = reduce(w, 'ReduceMean', x, [0, 2])
  const centred = sub(w, x, mean)
  const variance = reduce(w, 'ReduceMean', mul(w, centred, centred), [0, 2])
  const deviation = unary(w, 'Sqrt', add(w, variance, w.scalar(floatAttribute(node, 'epsilon', 1e-5))))
  const inverse = unary(w, 'Reciprocal', deviation)
  const slope = mul(w, column(gamma), inverse)
  defineOutput(
    context,
    node,
    reshape(w, add(w, mul(w, centred, slope), column(beta)), shape),
    node.inputs.slice(0, 3),
  )

  const momentum = context.batchNormMomentum
  const running = (index: number, batch: string): void => {
    const name = node.inputs[index] as string
    const kept = scale(w, context.value(name), 1 - momentum)
    context.updateStatistic(name, add(w, kept, scale(w, reshape(w, batch, [channels]), momentum)))
  }
  running(3, mean)
  running(4, scale(w, variance, count / (count - 1)))

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

/** LayerNormalization over the axes from `axis` on (Ba et al. 2016). */
export const layerNormalization: Rule = (context, node) => {
  const w = context.writer
  const [x, gamma, beta = ''] = inputsOf(context, node) as [string, string, string?]
  const shape = w.shape(x)
  const axis = (intAttribute(node, 'axis', -1) + shape.length) % shape.length
  const axes = shape.map((_, i) => i).slice(axis)
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
}
