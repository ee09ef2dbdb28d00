/** EfficientNet-B0 to B3 (Tan and Le 2019, arXiv:1905.11946) in torchvision's form, without stochastic depth. */
import type { OnnxModel } from '../model.ts'
import { divisible } from './divisible.ts'
import { kaimingNormal } from '../initialise.ts'
import type { WeightInit } from '../initialise.ts'
import type { Student } from './student.ts'
import { write } from './writer.ts'
import type { ConvOptions, Feature, StudentOptions, Writer } from './writer.ts'

/** [expansion, kernel, stride of the first block, channels, blocks] of B0: table 1 of the paper. */
const stages = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const

const variants = {
  efficientnet_b0: { width: 1.0, depth: 1.0, dropout: 0.2 },
  efficientnet_b1: { width: 1.0, depth: 1.1, dropout: 0.2 },
  efficientnet_b2: { width: 1.1, depth: 1.2, dropout: 0.3 },
  efficientnet_b3: { width: 1.2, depth: 1.4, dropout: 0.3 },
}

/** Convolution and batch norm: `scope.0`, `scope.1`. */
function convNorm(w: Writer, x: Feature, scope: string, channels: number, options: ConvOptions): Feature {
  return w.batchNorm(w.conv(x, `${scope}.0`, channels, options), `${scope}.1`)
}

function convNormSilu(w: Writer, x: Feature, scope: string, channels: number, options: ConvOptions): Feature {
  return w.silu(convNorm(w, x, scope, channels, options), `${scope}.2`)
}

/** x · σ(W₂ SiLU(W₁ mean(x))): squeeze and excitation over channels, with 1×1 convolutions. */
function squeezeExcitation(w: Writer, x: Feature, scope: string, squeezed: number): Feature {
  let y = w.globalPool(x, `${scope}.avgpool`)
  y = w.silu(w.conv(y, `${scope}.fc1`, squeezed, { kernel: 1, bias: true }), `${scope}.activation`)
  y = w.conv(y, `${scope}.fc2`, x.channels, { kernel: 1, bias: true })
  return w.multiply(x, w.sigmoid(y, `${scope}.scale_activation`), `${scope}.scale`)
}

interface BlockOptions {
  expansion: number
  kernel: number
  stride: number
  channels: number
}

/** Mobile inverted bottleneck; the squeeze has a quarter of the block's (unexpanded) input channels. */
function mbconv(w: Writer, x: Feature, scope: string, options: BlockOptions): Feature {
  const { expansion, kernel, stride, channels } = options
  const hidden = divisible(x.channels * expansion)
  let part = 0
  let y = x
  if (hidden !== x.channels) y = convNormSilu(w, y, `${scope}.block.${part++}`, hidden, { kernel: 1 })
  y = convNormSilu(w, y, `${scope}.block.${part++}`, hidden, { kernel, stride, groups: hidden })
  y = squeezeExcitation(w, y, `${scope}.block.${part++}`, Math.max(1, x.channels >> 2))
  y = convNorm(w, y, `${scope}.block.${part}`, channels, { kernel: 1 })
  return stride === 1 && x.channels === channels ? w.add(y, x, `${scope}.add`) : y
}

/** Linear layers start as U(±1/√out). */
const uniformOut: WeightInit = shape => ({ kind: 'uniform', bound: 1 / Math.sqrt(shape[0]!) })

/** torchvision's efficientnet_b0 … b3; batch norms keep ε = 1e-5 there. */
function efficientnet(name: keyof typeof variants, options: StudentOptions): OnnxModel {
  const { width, depth, dropout } = variants[name]
  return write(name, options, kaimingNormal, w => {
    let x = convNormSilu(w, w.images, 'features.0', divisible(32 * width), { kernel: 3, stride: 2 })
    stages.forEach(([expansion, kernel, stride, channels, blocks], stage) => {
      for (let i = 0; i < Math.ceil(blocks * depth); i++)
        x = mbconv(w, x, `features.${stage + 1}.${i}`, {
          expansion,
          kernel,
          stride: i === 0 ? stride : 1,
          channels: divisible(channels * width),
        })
    })
    x = convNormSilu(w, x, `features.${stages.length + 1}`, 4 * x.channels, { kernel: 1 })
    x = w.flatten(w.globalPool(x, 'avgpool'), 'flatten')
    x = w.dropout(x, 'classifier.0', dropout)
    w.head(x, 'classifier.1', { weight: uniformOut, bias: 'zeros' })
  })
}

/** The EfficientNets by name. */
export const efficientnets = {
  efficientnet_b0: {
    text: 'Tan and Le 2019, without stochastic depth',
    published: { classes: 1000, parameters: 5_288_548 },
    build: options => efficientnet('efficientnet_b0', options),
  },
  efficientnet_b1: {
    text: 'Tan and Le 2019, without stochastic depth',
    published: { classes: 1000, parameters: 7_794_184 },
    build: options => efficientnet('efficientnet_b1', options),
  },
  efficientnet_b2: {
    text: 'Tan and Le 2019, without stochastic depth',
    published: { classes: 1000, parameters: 9_109_994 },
    build: options => efficientnet('efficientnet_b2', options),
  },
  efficientnet_b3: {
    text: 'Tan and Le 2019, without stochastic depth',
    published: { classes: 1000, parameters: 12_233_232 },
    build: options => efficientnet('efficientnet_b3', options),
  },
} satisfies Record<string, Student>
