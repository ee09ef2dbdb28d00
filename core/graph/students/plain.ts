/** A plain convolutional net: 3×3 convolutions with batch norm and ReLU, average pooling, one linear layer. */
import { fail } from '../../base/error.ts'
import type { OnnxModel } from '../model.ts'
import { torchDefault } from '../initialise.ts'
import type { Student } from './student.ts'
import { write } from './writer.ts'
import type { StudentOptions } from './writer.ts'

/** Output channels and stride of every convolution; both lists are of the same length. */
export interface PlainOptions extends StudentOptions {
  channels: readonly number[]
  strides: readonly number[]
  name?: string
}

/**
 * Layer i is `features.{3i}` (convolution, padding 1, no bias), `features.{3i + 1}` (batch norm) and `features.{3i + 2}`
 * (ReLU), as in a `Sequential`; the head is `classifier`. All weights start as PyTorch's defaults.
 */
export function buildPlain({ channels, strides, name = 'plain', ...options }: PlainOptions): OnnxModel {
  const positive = [...channels, ...strides].every(value => Number.isInteger(value) && value > 0)
  if (channels.length === 0 || channels.length !== strides.length || !positive)
    fail('usage', 'a plain net needs one positive channel count and one positive stride for every layer', {
      channels,
      strides,
    })
  return write(name, options, torchDefault, w => {
    let x = w.images
    channels.forEach((out, i) => {
      x = w.conv(x, `features.${3 * i}`, out, { kernel: 3, stride: strides[i]! })
      x = w.relu(w.batchNorm(x, `features.${3 * i + 1}`), `features.${3 * i + 2}`)
    })
    x = w.flatten(w.globalPool(x, 'avgpool'), 'flatten')
    w.head(x, 'classifier', { weight: torchDefault, bias: torchDefault })
  })
}

/** The nets of the digit scenes by name. */
export const digitNets = {
  digits_student: {
    text: 'a small plain net, for the digit scenes',
    published: { classes: 10, parameters: 61_338 },
    build: options =>
      buildPlain({ ...options, name: 'digits_student', channels: [16, 32, 64, 64], strides: [2, 2, 2, 1] }),
  },
  digits_annotator: {
    text: 'a plain net, the annotator of the digit scenes',
    published: { classes: 10, parameters: 117_146 },
    build: options =>
      buildPlain({
        ...options,
        name: 'digits_annotator',
        channels: [16, 32, 64, 64, 96],
        strides: [2, 2, 2, 1, 1],
      }),
  },
} satisfies Record<string, Student>
