/** MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), width 1, in torchvision's form. */
import type { OnnxModel } from '../model.ts'
import { kaimingNormal } from '../initialise.ts'
import type { WeightInit } from '../initialise.ts'
import type { Student } from './student.ts'
import { write } from './writer.ts'
import type { ConvOptions, Feature, StudentOptions, Writer } from './writer.ts'

/** [expansion, channels, blocks, stride of the first block]: table 2 of the paper. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

/** Convolution, batch norm, ReLU6: `scope.0`, `scope.1`, `scope.2`. */
function convNormRelu6(
  w: Writer,
  x: Feature,
  scope: string,
  channels: number,
  options: ConvOptions,
): Feature {
  const y = w.batchNorm(w.conv(x, `${scope}.0`, channels, options), `${scope}.1`)
  return w.relu6(y, `${scope}.2`)
}

/** Expand, depthwise, project without activation; identity shortcut if the shape is kept. */
function invertedResidual(
  w: Writer,
  x: Feature,
  scope: string,
  { expansion, channels, stride }: { expansion: number; channels: number; stride: number },
): Feature {
  const hidden = x.channels * expansion
  let part = 0
  let y = x
  if (expansion !== 1) y = convNormRelu6(w, y, `${scope}.conv.${part++}`, hidden, { kernel: 1 })
  y = convNormRelu6(w, y, `${scope}.conv.${part++}`, hidden, { kernel: 3, stride, groups: hidden })
  y = w.conv(y, `${scope}.conv.${part++}`, channels, { kernel: 1 })
  y = w.batchNorm(y, `${scope}.conv.${part}`)
  return stride === 1 && x.channels === channels ? w.add(x, y, `${scope}.add`) : y
}

const normal: WeightInit = () => ({ kind: 'normal', deviation: 0.01 })

/** torchvision's mobilenet_v2: 3,504,872 parameters at 1,000 classes; dropout 0.2 before the classifier. */
function build(options: StudentOptions): OnnxModel {
  return write('mobilenet_v2', options, kaimingNormal, w => {
    let x = convNormRelu6(w, w.images, 'features.0', 32, { kernel: 3, stride: 2 })
    let index = 1
    for (const [expansion, channels, blocks, stride] of stages)
      for (let i = 0; i < blocks; i++) {
        const block = { expansion, channels, stride: i === 0 ? stride : 1 }
        x = invertedResidual(w, x, `features.${index++}`, block)
      }
    x = convNormRelu6(w, x, `features.${index}`, 1280, { kernel: 1 })
    x = w.flatten(w.globalPool(x, 'avgpool'), 'flatten')
    x = w.dropout(x, 'classifier.0', 0.2)
    w.head(x, 'classifier.1', { weight: normal, bias: 'zeros' })
  })
}

export const mobilenetV2: Student = {
  text: 'Sandler et al. 2018',
  published: { classes: 1000, parameters: 3_504_872 },
  build,
}
