/** ResNet-18/34/50/101 (He et al. 2015, arXiv:1512.03385) in torchvision's form, and its small form for CIFAR. */
import type { OnnxModel } from '../model.ts'
import { kaimingNormal, torchDefault } from '../initialise.ts'
import type { Student } from './student.ts'
import { write } from './writer.ts'
import type { Feature, StudentOptions, Writer } from './writer.ts'

/** Adds one residual block of `width` inner channels and returns its output. */
type Block = (w: Writer, x: Feature, scope: string, width: number, stride: number) => Feature

/** Shortcut B of the paper: identity, or a strided 1×1 convolution and batch norm if the shape changes. */
function shortcut(w: Writer, x: Feature, scope: string, channels: number, stride: number): Feature {
  if (stride === 1 && x.channels === channels) return x
  const projected = w.conv(x, `${scope}.downsample.0`, channels, { kernel: 1, stride })
  return w.batchNorm(projected, `${scope}.downsample.1`)
}

/** Two 3×3 convolutions. */
const basic: Block = (w, x, scope, width, stride) => {
  let y = w.conv(x, `${scope}.conv1`, width, { kernel: 3, stride })
  y = w.relu(w.batchNorm(y, `${scope}.bn1`), `${scope}.relu1`)
  y = w.batchNorm(w.conv(y, `${scope}.conv2`, width, { kernel: 3 }), `${scope}.bn2`)
  return w.relu(w.add(y, shortcut(w, x, scope, width, stride), `${scope}.add`), `${scope}.relu2`)
}

/** 1×1, 3×3, 1×1 with four times the width at the end; the stride is on the 3×3 ("v1.5"), as in torchvision. */
const bottleneck: Block = (w, x, scope, width, stride) => {
  let y = w.relu(
    w.batchNorm(w.conv(x, `${scope}.conv1`, width, { kernel: 1 }), `${scope}.bn1`),
    `${scope}.relu1`,
  )
  y = w.conv(y, `${scope}.conv2`, width, { kernel: 3, stride })
  y = w.relu(w.batchNorm(y, `${scope}.bn2`), `${scope}.relu2`)
  y = w.batchNorm(w.conv(y, `${scope}.conv3`, 4 * width, { kernel: 1 }), `${scope}.bn3`)
  return w.relu(w.add(y, shortcut(w, x, scope, 4 * width, stride), `${scope}.add`), `${scope}.relu3`)
}

/** Stages of blocks, then pooling and the linear layer, which starts as PyTorch's default. */
function body(w: Writer, x: Feature, block: Block, depths: readonly number[], width: number): void {
  depths.forEach((depth, stage) => {
    for (let i = 0; i < depth; i++)
      x = block(w, x, `layer${stage + 1}.${i}`, width * 2 ** stage, stage > 0 && i === 0 ? 2 : 1)
  })
  x = w.flatten(w.globalPool(x, 'avgpool'), 'flatten')
  w.head(x, 'fc', { weight: torchDefault, bias: torchDefault })
}

const variants = {
  resnet18: { block: basic, depths: [2, 2, 2, 2] },
  resnet34: { block: basic, depths: [3, 4, 6, 3] },
  resnet50: { block: bottleneck, depths: [3, 4, 6, 3] },
  resnet101: { block: bottleneck, depths: [3, 4, 23, 3] },
}

/**
 * torchvision's ResNet: 7×7 stem of stride 2, max pooling, four stages of 64 to 512 channels (times 4 in bottlenecks).
 */
function resnet(name: keyof typeof variants, options: StudentOptions): OnnxModel {
  const { block, depths } = variants[name]
  return write(name, options, kaimingNormal, w => {
    let x = w.conv(w.images, 'conv1', 64, { kernel: 7, stride: 2 })
    x = w.relu(w.batchNorm(x, 'bn1'), 'relu')
    x = w.maxPool(x, 'maxpool', { kernel: 3, stride: 2, padding: 1 })
    body(w, x, block, depths, 64)
  })
}

/**
 * The paper's section 4.2: a 3×3 stem of 16 channels and three stages of n basic blocks with 16, 32, 64 channels
 * (6n + 2 layers). Shortcuts are of kind B (projection), not the paper's A, so that the blocks and their names are
 * torchvision's; this adds 2,752 parameters.
 */
function cifarResnet(layers: 8 | 14 | 20, options: StudentOptions): OnnxModel {
  const blocks = (layers - 2) / 6
  return write(`cifar_resnet${layers}`, options, kaimingNormal, w => {
    const x = w.relu(w.batchNorm(w.conv(w.images, 'conv1', 16, { kernel: 3 }), 'bn1'), 'relu')
    body(w, x, basic, [blocks, blocks, blocks], 16)
  })
}

/** The ResNets by name. */
export const resnets = {
  resnet18: {
    text: 'He et al. 2015',
    published: { classes: 1000, parameters: 11_689_512 },
    build: options => resnet('resnet18', options),
  },
  resnet34: {
    text: 'He et al. 2015',
    published: { classes: 1000, parameters: 21_797_672 },
    build: options => resnet('resnet34', options),
  },
  resnet50: {
    text: 'He et al. 2015, stride on the 3×3 convolution (v1.5)',
    published: { classes: 1000, parameters: 25_557_032 },
    build: options => resnet('resnet50', options),
  },
  resnet101: {
    text: 'He et al. 2015, stride on the 3×3 convolution (v1.5)',
    published: { classes: 1000, parameters: 44_549_160 },
    build: options => resnet('resnet101', options),
  },
  cifar_resnet8: {
    text: 'He et al. 2015, section 4.2: for images of 32 pixels',
    published: { classes: 10, parameters: 78_042 },
    build: options => cifarResnet(8, options),
  },
  cifar_resnet14: {
    text: 'He et al. 2015, section 4.2: for images of 32 pixels',
    published: { classes: 10, parameters: 175_258 },
    build: options => cifarResnet(14, options),
  },
  cifar_resnet20: {
    text: 'He et al. 2015, section 4.2: for images of 32 pixels',
    published: { classes: 10, parameters: 272_474 },
    build: options => cifarResnet(20, options),
  },
} satisfies Record<string, Student>
