/** Writes a network layer by layer as an ONNX graph; the layers' names are PyTorch's module paths. */
import { fail } from '../../base/error.ts'
import type { Node, OnnxModel, Tensor } from '../model.ts'
import { float, floatValue, modelOf, node } from '../node.ts'
import type { AttributeValue } from '../node.ts'
import { floatTensor, intTensor, scalar } from '../tensor.ts'
import { initialValues, ones, zeros } from '../initialise.ts'
import type { Init, WeightInit } from '../initialise.ts'

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

/** Parameters of every architecture. */
export interface StudentOptions {
  classes: number
  /** [C, H, W] that it is meant for; only C is fixed in the graph. */
  input: readonly [number, number, number]
  seed: number
}

/** One method per layer; each adds nodes and initial weights and returns the layer's output. */
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
  /** Zeros after the last channel, up to `channels`. */
  padChannels(x: Feature, scope: string, channels: number): Feature
  flatten(x: Feature, scope: string): Feature
  /** Keeps its input in inference; the ratio is what a training graph reads. */
  dropout(x: Feature, scope: string, ratio: number): Feature
  /** `logits` [batch, classes] from [batch, channels]; closes the network. */
  head(x: Feature, scope: string, init: { weight: WeightInit; bias: WeightInit | 'zeros' }): void
}

const whole = (value: number, low: number, high: number): boolean =>
  Number.isInteger(value) && value >= low && value <= high

/** Rejects invalid settings with code `usage`. */
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

/** A network being written. */
interface Draft {
  name: string
  options: StudentOptions
  /** How convolutions start. */
  weights: WeightInit
  nodes: Node[]
  initializers: Map<string, Tensor>
}

function parameter({ name, options, initializers }: Draft, of: string, shape: number[], init: Init): string {
  if (initializers.has(of)) fail('usage', `two layers of ${name} are called "${of}"`)
  initializers.set(of, floatTensor(initialValues(options.seed, of, shape, init), shape))
  return of
}

function constant({ initializers }: Draft, of: string, tensor: Tensor): string {
  initializers.set(of, tensor)
  return of
}

type Attributes = Record<string, AttributeValue>

/** Adds an operator on `to` features (a value's name, and its channels). */
function layer(
  { nodes }: Draft,
  op: string,
  to: Feature,
  inputs: string[],
  attributes?: Attributes,
): Feature {
  nodes.push(node(op, inputs, [to.name], attributes))
  return to
}

/** Layers with parameters. */
function parametric(draft: Draft): Pick<Writer, 'conv' | 'batchNorm' | 'head'> {
  return {
    conv(x, scope, channels, { kernel, stride = 1, padding = (kernel - 1) >> 1, groups = 1, bias = false }) {
      const shape = [channels, x.channels / groups, kernel, kernel]
      const inputs = [x.name, parameter(draft, `${scope}.weight`, shape, draft.weights(shape, groups))]
      if (bias) inputs.push(parameter(draft, `${scope}.bias`, [channels], zeros))
      return layer(draft, 'Conv', { name: scope, channels }, inputs, {
        dilations: [1, 1],
        group: groups,
        kernel_shape: [kernel, kernel],
        pads: [padding, padding, padding, padding],
        strides: [stride, stride],
      })
    },
    batchNorm({ name, channels }, scope) {
      const vector = (part: string, init: Init) => parameter(draft, `${scope}.${part}`, [channels], init)
      const inputs = [
        name,
        vector('weight', ones),
        vector('bias', zeros),
        vector('running_mean', zeros),
        vector('running_var', ones),
      ]
      return layer(draft, 'BatchNormalization', { name: scope, channels }, inputs, { epsilon: float(1e-5) })
    },
    head(x, scope, init) {
      const { classes } = draft.options
      const shape = [classes, x.channels]
      const weight = parameter(draft, `${scope}.weight`, shape, init.weight(shape, 1))
      const start = init.bias === 'zeros' ? zeros : init.bias(shape, 1)
      const bias = parameter(draft, `${scope}.bias`, [classes], start)
      draft.nodes.push(node('Gemm', [x.name, weight, bias], ['logits'], { transB: 1 }, scope))
    },
  }
}

/** Layers without parameters. */
function plainLayers(draft: Draft): Omit<Writer, 'images' | 'classes' | 'conv' | 'batchNorm' | 'head'> {
  const same =
    (op: string, attributes?: Attributes) =>
    ({ name, channels }: Feature, scope: string): Feature =>
      layer(draft, op, { name: scope, channels }, [name], attributes)
  const both =
    (op: string) =>
    (a: Feature, b: Feature, scope: string): Feature =>
      layer(draft, op, { name: scope, channels: a.channels }, [a.name, b.name])
  const sigmoid = same('Sigmoid')
  const multiply = both('Mul')
  return {
    relu: same('Relu'),
    sigmoid,
    globalPool: same('GlobalAveragePool'),
    relu6(x, scope) {
      const low = constant(draft, 'relu6.min', scalar(0))
      const high = constant(draft, 'relu6.max', scalar(6))
      return layer(draft, 'Clip', { name: scope, channels: x.channels }, [x.name, low, high])
    },
    silu: (x, scope) => multiply(x, sigmoid(x, `${scope}.sigmoid`), scope),
    add: both('Add'),
    multiply,
    maxPool: (x, scope, { kernel, stride, padding }) =>
      same('MaxPool', {
        kernel_shape: [kernel, kernel],
        pads: [padding, padding, padding, padding],
        strides: [stride, stride],
      })(x, scope),
    padChannels(x, scope, channels) {
      if (channels === x.channels) return x
      const sizes = intTensor([0, 0, 0, 0, 0, channels - x.channels, 0, 0])
      const inputs = [x.name, constant(draft, `${scope}.pads`, sizes)]
      return layer(draft, 'Pad', { name: scope, channels }, inputs, { mode: 'constant' })
    },
    flatten: same('Flatten', { axis: 1 }),
    dropout(x, scope, ratio) {
      const inputs = [x.name, constant(draft, `${scope}.ratio`, scalar(ratio))]
      return layer(draft, 'Dropout', { name: scope, channels: x.channels }, inputs)
    },
  }
}

/** Runs `layers` on a new writer and returns the model; `weights` is how convolutions start. */
export function write(
  name: string,
  options: StudentOptions,
  weights: WeightInit,
  layers: (writer: Writer) => void,
): OnnxModel {
  check(options)
  const draft: Draft = { name, options, weights, nodes: [], initializers: new Map() }
  const [channels] = options.input
  const { classes } = options
  layers({
    images: { name: 'images', channels },
    classes,
    ...parametric(draft),
    ...plainLayers(draft),
  })
  const { nodes, initializers } = draft
  const model = modelOf({
    name,
    nodes,
    inputs: [floatValue('images', ['batch', channels, 'height', 'width'])],
    outputs: [floatValue('logits', ['batch', classes])],
    values: [],
    initializers,
  })
  model.metadata.set('student', name)
  model.metadata.set('input', options.input.join(','))
  return model
}
