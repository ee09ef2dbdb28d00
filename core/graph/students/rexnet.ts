/** ReXNet 1.0 (Han et al. 2020, arXiv:2007.00992) with timm's parameter names (`rexnet_100`). */
import type { OnnxModel } from '../model.ts'
import { roundHalfEven } from './divisible.ts'
import { fanOut } from '../initialise.ts'
import type { WeightInit } from '../initialise.ts'
import type { Student } from './student.ts'
import { write } from './writer.ts'
import type { ConvOptions, Feature, StudentOptions, Writer } from './writer.ts'

/** [blocks, stride of the first block, squeeze and excitation]. */
const stages = [
  [1, 1, false],
  [2, 2, false],
  [2, 2, true],
  [3, 2, true],
  [3, 1, true],
  [5, 2, true],
] as const

const firstChannels = 16
const addedChannels = 180
const blockCount = stages.reduce((sum, [blocks]) => sum + blocks, 0)

/** Channels of block i: they grow linearly with depth, which is the paper's point. */
const channelsOf = (i: number): number => roundHalfEven(firstChannels + (i * addedChannels) / blockCount)

/** timm's rule, N(0, 2 / (k²·out/groups)): unlike PyTorch's fan_out, groups are divided out. */
const timmNormal: WeightInit = (shape, groups) => ({
  kind: 'normal',
  deviation: Math.sqrt((2 * groups) / fanOut(shape)),
})

const uniformOut: WeightInit = shape => ({ kind: 'uniform', bound: 1 / Math.sqrt(shape[0]!) })

function convNorm(w: Writer, x: Feature, scope: string, channels: number, options: ConvOptions): Feature {
  return w.batchNorm(w.conv(x, `${scope}.conv`, channels, options), `${scope}.bn`)
}

/** x · σ(W₂ ReLU(BN(W₁ mean(x)))). */
function squeezeExcitation(w: Writer, x: Feature, scope: string): Feature {
  let y = w.globalPool(x, `${scope}.pool`)
  y = w.conv(y, `${scope}.fc1`, Math.floor(x.channels / 12), { kernel: 1, bias: true })
  y = w.relu(w.batchNorm(y, `${scope}.bn`), `${scope}.act`)
  y = w.conv(y, `${scope}.fc2`, x.channels, { kernel: 1, bias: true })
  return w.multiply(x, w.sigmoid(y, `${scope}.gate`), `${scope}.scale`)
}

interface BlockOptions {
  channels: number
  expansion: number
  stride: number
  excite: boolean
}

/** Inverted bottleneck whose shortcut is added to the first channels only (written as zeros behind the shortcut). */
function linearBottleneck(w: Writer, x: Feature, scope: string, options: BlockOptions): Feature {
  const { channels, expansion, stride, excite } = options
  const hidden = x.channels * expansion
  let y = x
  if (expansion !== 1)
    y = w.silu(convNorm(w, y, `${scope}.conv_exp`, hidden, { kernel: 1 }), `${scope}.conv_exp.act`)
  y = convNorm(w, y, `${scope}.conv_dw`, hidden, { kernel: 3, stride, groups: hidden })
  if (excite) y = squeezeExcitation(w, y, `${scope}.se`)
  y = w.relu6(y, `${scope}.act_dw`)
  y = convNorm(w, y, `${scope}.conv_pwl`, channels, { kernel: 1 })
  if (stride !== 1 || x.channels > channels) return y
  return w.add(y, w.padChannels(x, `${scope}.shortcut`, channels), `${scope}.add`)
}

/** ReXNet of width 1: 4,796,873 parameters at 1,000 classes; dropout 0.2 before the classifier. */
function build(options: StudentOptions): OnnxModel {
  return write('rexnet_1_0', options, timmNormal, w => {
    let x = w.silu(convNorm(w, w.images, 'stem', 32, { kernel: 3, stride: 2 }), 'stem.act')
    let index = 0
    for (const [blocks, stride, excite] of stages)
      for (let i = 0; i < blocks; i++) {
        x = linearBottleneck(w, x, `features.${index}`, {
          channels: channelsOf(index),
          expansion: index === 0 ? 1 : 6,
          stride: i === 0 ? stride : 1,
          excite,
        })
        index++
      }
    const last = `features.${index}`
    x = w.silu(convNorm(w, x, last, 1280, { kernel: 1 }), `${last}.act`)
    x = w.flatten(w.globalPool(x, 'head.global_pool'), 'head.flatten')
    x = w.dropout(x, 'head.drop', 0.2)
    w.head(x, 'head.fc', { weight: uniformOut, bias: 'zeros' })
  })
}

export const rexnet: Student = {
  text: 'Han et al. 2020, width 1',
  published: { classes: 1000, parameters: 4_796_873 },
  build,
}
