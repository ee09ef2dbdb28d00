/** Writes a network layer by layer as an ONNX graph; the layers' names are PyTorch's module paths. */
import { fail } from '../../base/error.ts'
import type { Node, OnnxModel, Tensor } from '../model.ts'
import { float, floatValue, modelOf, node } from '../node.ts'
import type { AttributeValue } from '../node.ts'
import { floatTensor, intTensor, scalar } from '../tensor.ts'
import { initialValues, ones, zeros } from './initialise.ts'
import type { Init, WeightInit } from './initialise.ts'

/** A value inside the graph, `[batch, channels, height, width]` or `[batch, channels]`. */
export interface Feature {
  name: string
  channels: number
}

/** Settings of a convolution; kernel and stride are square, and padding keeps the size at stride 1 unless given. */
export interface ConvOptions {
  kernel: number
  stride?: number
  padding?: number
  groups?: number
  /** A bias that starts at 0; default none, as a batch norm follows. */
  bias?: boolean
}

/** What every architecture is told. */
export interface StudentOptions {
  classes: number
  /** [C, H, W] that it is meant for; only C is fixed in the graph. */
  input: readonly [number, number, number]
  seed: number
}

/** One method a layer; each adds nodes and initial weights and returns the layer's output. */
export interface Writer {
  images: Feature
  classes: number
  conv(x: Feature, scope: string, channels: number, options: ConvOptions): Feature
  /** BatchNormalization in inference form, ε = 1e-5, weight 1, bias 0, running mean 0, running variance 1. */
  batchNorm(x: Feature, scope: string): Feature
  relu(x: Feature, scope: string): Feature
  relu6(x: Feature, scope: string): Feature
  /** x · sigmoid(x). */
  silu(x: Feature, scope: string): Feature
  sigmoid(x: Feature, scope: string): Feature
  add(a: Feature, b: Feature, scope: string): Feature
  /** Elementwise; `b` may be `[batch, channels, 1, 1]`. */
  multiply(a: Feature, b: Feature, scope: string): Feature
  maxPool(x: Feature, scope: string, options: { kernel: number; stride: number; padding: number }): Feature
  /** `[batch, channels, 1, 1]`. */
  globalPool(x: Feature, scope: string): Feature
  /** Zeros behind the last channel, up to `channels`. */
  padChannels(x: Feature, scope: string, channels: number): Feature
  flatten(x: Feature, scope: string): Feature
  /** Keeps its input in inference; the ratio is what a training graph reads. */
  dropout(x: Feature, scope: string, ratio: number): Feature
  /** `logits` [batch, classes] from [batch, channels]; closes the network. */
  head(x: Feature, scope: string, init: { weight: WeightInit; bias: WeightInit | 'zeros' }): void
}

const whole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high

/** Rejects impossible settings with code `usage`. */
function check({ classes, input, seed }: StudentOptions): void {
  if (!whole(classes, 1, 1_000_000))
    fail('usage', `a student needs a whole number of classes from 1 to 1,000,000, not ${classes}`)
  if (input.length !== 3 || !input.every(size => whole(size, 1, 65_536)))
    fail(
      'usage',
      `a student's input is [channels, height, width] in whole numbers, not [${input.join(', ')}]`,
    )
  if (!Number.isSafeInteger(seed)) fail('usage', `a seed is a whole number, not ${seed}`)
}

/** Runs `layers` on a new writer and returns the model; `weights` is how convolutions start. */
export function write(
  name: string,
  options: StudentOptions,
  weights: WeightInit,
  layers: (writer: Writer) => void,
): OnnxModel {
  check(options)
  const nodes: Node[] = []
  const initializers = new Map<string, Tensor>()

  function parameter(of: string, shape: number[], init: Init): string {
    if (initializers.has(of)) fail('usage', `two layers of ${name} are called "${of}"`)
    initializers.set(of, floatTensor(initialValues(options.seed, of, shape, init), shape))
    return of
  }
  function constant(of: string, tensor: Tensor): string {
    initializers.set(of, tensor)
    return of
  }
  function layer(
    op: string,
    scope: string,
    inputs: string[],
    channels: number,
    attributes: Record<string, AttributeValue> = {},
  ): Feature {
    nodes.push(node(op, inputs, [scope], attributes))
    return { name: scope, channels }
  }
  const same = (op: string) => (x: Feature, scope: string) => layer(op, scope, [x.name], x.channels)

  const writer: Writer = {
    images: { name: 'images', channels: options.input[0] },
    classes: options.classes,
    conv(x, scope, channels, { kernel, stride = 1, padding = (kernel - 1) >> 1, groups = 1, bias = false }) {
      const shape = [channels, x.channels / groups, kernel, kernel]
      const inputs = [x.name, parameter(`${scope}.weight`, shape, weights(shape, groups))]
      if (bias) inputs.push(parameter(`${scope}.bias`, [channels], zeros))
      return layer('Conv', scope, inputs, channels, {
        dilations: [1, 1],
        group: groups,
        kernel_shape: [kernel, kernel],
        pads: [padding, padding, padding, padding],
        strides: [stride, stride],
      })
    },
    batchNorm(x, scope) {
      const vector = (part: string, init: Init) => parameter(`${scope}.${part}`, [x.channels], init)
      const inputs = [
        x.name,
        vector('weight', ones),
        vector('bias', zeros),
        vector('running_mean', zeros),
        vector('running_var', ones),
      ]
      return layer('BatchNormalization', scope, inputs, x.channels, { epsilon: float(1e-5) })
    },
    relu: same('Relu'),
    sigmoid: same('Sigmoid'),
    globalPool: same('GlobalAveragePool'),
    relu6: (x, scope) =>
      layer(
        'Clip',
        scope,
        [x.name, constant('relu6.min', scalar(0)), constant('relu6.max', scalar(6))],
        x.channels,
      ),
    silu: (x, scope) => writer.multiply(x, writer.sigmoid(x, `${scope}.sigmoid`), scope),
    add: (a, b, scope) => layer('Add', scope, [a.name, b.name], a.channels),
    multiply: (a, b, scope) => layer('Mul', scope, [a.name, b.name], a.channels),
    maxPool: (x, scope, { kernel, stride, padding }) =>
      layer('MaxPool', scope, [x.name], x.channels, {
        kernel_shape: [kernel, kernel],
        pads: [padding, padding, padding, padding],
        strides: [stride, stride],
      }),
    padChannels(x, scope, channels) {
      if (channels === x.channels) return x
      const pads = constant(`${scope}.pads`, intTensor([0, 0, 0, 0, 0, channels - x.channels, 0, 0]))
      return layer('Pad', scope, [x.name, pads], channels, { mode: 'constant' })
    },
    flatten: (x, scope) => layer('Flatten', scope, [x.name], x.channels, { axis: 1 }),
    dropout: (x, scope, ratio) =>
      layer('Dropout', scope, [x.name, constant(`${scope}.ratio`, scalar(ratio))], x.channels),
    head(x, scope, init) {
      const shape = [options.classes, x.channels]
      const weight = parameter(`${scope}.weight`, shape, init.weight(shape, 1))
      const start = init.bias === 'zeros' ? zeros : init.bias(shape, 1)
      const bias = parameter(`${scope}.bias`, [options.classes], start)
      nodes.push(node('Gemm', [x.name, weight, bias], ['logits'], { transB: 1 }, scope))
    },
  }

  layers(writer)
  const model = modelOf({
    name,
    nodes,
    inputs: [floatValue('images', ['batch', options.input[0], 'height', 'width'])],
    outputs: [floatValue('logits', ['batch', options.classes])],
    values: [],
    initializers,
  })
  model.metadata.set('student', name)
  model.metadata.set('input', options.input.join(','))
  return model
}
