/** Gradients of Conv against differences in double precision. */
import { describe, it } from 'vitest'
import { node, type AttributeValue } from '../../../../../core/graph/node.ts'
import { elements } from '../../../../../core/graph/tensor.ts'
import { check, normal, type Case } from './check.ts'

interface Settings {
  name: string
  images?: [number, number, number, number]
  /** [K, C/groups, kh, kw] */
  weight: [number, number, number, number]
  bias?: boolean
  attributes?: Record<string, AttributeValue>
}

const conv = ({ name, images = [2, 4, 7, 6], weight, bias = false, attributes = {} }: Settings): Case => ({
  name,
  images,
  weights: { w: normal(weight, 3, 0.4), ...(bias ? { b: normal([weight[0]], 4) } : {}) },
  sampled: elements(images) > 500 ? 4 : 24,
  nodes: [node('Conv', bias ? ['x', 'w', 'b'] : ['x', 'w'], ['y'], attributes)],
})

const cases = [
  { name: '3×3 without attributes', weight: [5, 4, 3, 3] },
  { name: '1×1', weight: [5, 4, 1, 1] },
  { name: '1×1 with bias and stride 2', weight: [5, 4, 1, 1], bias: true, attributes: { strides: [2, 2] } },
  { name: '1×1 with padding', weight: [3, 4, 1, 1], attributes: { pads: [1, 1, 1, 1] } },
  { name: '3×3, padding 1, bias', weight: [5, 4, 3, 3], bias: true, attributes: { pads: [1, 1, 1, 1] } },
  { name: 'stride 2, padding 1', weight: [5, 4, 3, 3], attributes: { strides: [2, 2], pads: [1, 1, 1, 1] } },
  { name: 'stride 3', weight: [5, 4, 3, 3], attributes: { strides: [3, 3] } },
  { name: 'stride 3 beyond the kernel', weight: [3, 4, 2, 2], attributes: { strides: [3, 3] } },
  {
    name: 'strides 1 and 3, 2×5 kernel',
    weight: [3, 4, 2, 5],
    attributes: { strides: [1, 3], pads: [0, 2, 1, 1] },
  },
  { name: 'asymmetric padding', weight: [3, 4, 3, 3], attributes: { pads: [2, 0, 1, 3] } },
  {
    name: 'asymmetric padding, stride 2',
    weight: [3, 4, 3, 3],
    attributes: { pads: [0, 0, 1, 1], strides: [2, 2] },
  },
  { name: 'padding wider than the kernel', weight: [3, 4, 2, 2], attributes: { pads: [3, 3, 2, 2] } },
  { name: 'dilation 2', weight: [3, 4, 3, 3], attributes: { dilations: [2, 2], pads: [2, 2, 2, 2] } },
  {
    name: 'dilation 2 and stride 2',
    weight: [3, 4, 3, 2],
    attributes: { dilations: [2, 3], strides: [2, 2], pads: [1, 1, 2, 0] },
  },
  { name: 'groups', weight: [6, 2, 3, 3], bias: true, attributes: { group: 2, pads: [1, 1, 1, 1] } },
  { name: 'groups, stride 2, no padding', weight: [6, 2, 3, 3], attributes: { group: 2, strides: [2, 2] } },
  { name: 'depthwise', weight: [4, 1, 3, 3], attributes: { group: 4, pads: [1, 1, 1, 1] } },
  {
    name: 'depthwise, stride 2',
    weight: [4, 1, 3, 3],
    attributes: { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  { name: 'depthwise with multiplier 2', weight: [8, 1, 3, 3], attributes: { group: 4, pads: [1, 1, 1, 1] } },
  {
    name: 'depthwise 5×5, dilated',
    weight: [4, 1, 5, 5],
    attributes: { group: 4, dilations: [1, 2], pads: [2, 4, 2, 4] },
  },
  { name: 'SAME_UPPER', weight: [3, 4, 3, 2], attributes: { auto_pad: 'SAME_UPPER' } },
  {
    name: 'SAME_UPPER, stride 2',
    weight: [3, 4, 3, 3],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  { name: 'SAME_LOWER', weight: [3, 4, 2, 4], attributes: { auto_pad: 'SAME_LOWER' } },
  {
    name: 'SAME_LOWER, stride 2',
    weight: [3, 4, 3, 3],
    attributes: { auto_pad: 'SAME_LOWER', strides: [2, 2] },
  },
  { name: 'VALID', weight: [3, 4, 3, 3], attributes: { auto_pad: 'VALID', strides: [2, 2] } },
  {
    name: 'kernel larger than the map',
    images: [2, 4, 3, 2],
    weight: [3, 4, 5, 5],
    attributes: { pads: [2, 2, 2, 2] },
  },
  {
    name: 'kernel larger than the map, stride 2',
    images: [2, 4, 3, 2],
    weight: [3, 4, 5, 5],
    attributes: { pads: [2, 2, 2, 2], strides: [2, 2] },
  },
  { name: 'one position', images: [2, 4, 3, 3], weight: [9, 4, 3, 3] },
  {
    name: 'one by one map, padded',
    images: [2, 4, 1, 1],
    weight: [9, 4, 3, 3],
    attributes: { pads: [1, 1, 1, 1] },
  },
  {
    name: 'blocks of 16 channels',
    images: [16, 16, 4, 5],
    weight: [16, 16, 3, 3],
    bias: true,
    attributes: { pads: [1, 1, 1, 1] },
  },
  {
    name: 'blocks of 16 channels, asymmetric',
    images: [16, 16, 4, 4],
    weight: [32, 16, 3, 2],
    attributes: { pads: [2, 0, 0, 1] },
  },
  {
    name: 'a first layer into blocks',
    images: [16, 3, 6, 5],
    weight: [16, 3, 3, 3],
    bias: true,
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  {
    name: 'many channels on a small map',
    images: [2, 16, 3, 3],
    weight: [32, 16, 3, 3],
    bias: true,
    attributes: { pads: [1, 1, 1, 1] },
  },
  {
    name: 'many channels on a small map, stride 2',
    images: [2, 16, 4, 4],
    weight: [32, 16, 3, 3],
    attributes: { pads: [1, 1, 1, 1], strides: [2, 2] },
  },
] satisfies Settings[]

describe('gradients of Conv', () => {
  it.each((cases as Settings[]).map(conv))('$name', async testCase => {
    await check(testCase)
  })
})
