/** All lowerings of a convolution compute the same forward pass and gradients, wherever each says that it can. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import { layoutBlock } from '../../../../core/engine/blocked-layout.ts'
import { openSession } from '../../../../core/engine/session.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { elements } from '../../../../core/graph/tensor.ts'
import * as blocked from '../../../../core/graph/lowering/blocked.ts'
import { windowOf } from '../../../../core/graph/shape/window.ts'
import * as lower from '../../../../core/graph/lowering/lower.ts'
import type { Convolution } from '../../../../core/graph/lowering/plain.ts'
import * as plain from '../../../../core/graph/lowering/plain.ts'
import * as product from '../../../../core/graph/lowering/product.ts'
import { createWriter, type Writer } from '../../../../core/graph/writer.ts'
import { convolve, type Shape } from './loops.ts'

let block = 1
beforeAll(async () => {
  // Without blockSize's own check, which would turn to other lowerings where these are wrong.
  block = await layoutBlock({ threads: 1 }).catch(() => 1)
})

type Outputs = Record<string, 'y' | 'dx' | 'dw'>

/** Everything that can compute this convolution, as values of one graph. */
function lowerings(w: Writer, convolution: Convolution, g: string): Outputs {
  const found: Outputs = {}
  const add = (name: string, what: 'y' | 'dx' | 'dw'): void => void (found[name] = what)
  add(plain.forward(w, convolution), 'y')
  add(plain.inputGradient(w, convolution, g), 'dx')
  add(plain.weightGradient(w, convolution, g), 'dw')
  add(lower.forward(w, convolution, { block }), 'y')
  add(lower.inputGradient(w, convolution, g, { block }), 'dx')
  add(lower.weightGradient(w, convolution, g, { block }), 'dw')
  if (blocked.canForward(w, convolution, block)) add(blocked.forward(w, convolution, block), 'y')
  if (blocked.canInputGradient(w, convolution, block))
    add(blocked.inputGradient(w, convolution, g, block), 'dx')
  if (blocked.canWeightGradient(w, convolution, block))
    add(blocked.weightGradient(w, convolution, g, block), 'dw')
  if (product.canProduct(convolution)) {
    add(product.forward(w, convolution), 'y')
    add(product.inputGradient(w, convolution, g), 'dx')
    add(product.weightGradient(w, convolution, g), 'dw')
  }
  return found
}

/** Runs all lowerings of a shape and compares each with plain loops in double precision. Returns the names of operators. */
async function compare(shape: Shape): Promise<string[]> {
  const w = createWriter()
  const x = w.input('x', [shape.batch, shape.channels, ...shape.map])
  const weight = w.input('weight', [shape.out, shape.channels / shape.groups, ...shape.kernel])
  const attributes = { strides: shape.stride, dilations: shape.dilation, pads: shape.pads }
  const window = windowOf(node('Conv', [], ['y'], attributes), w.shape(x), shape.kernel)
  const g = w.input('g', [shape.batch, shape.out, ...window.output])
  const bias = shape.groups === 1 ? w.input('bias', [shape.out]) : ''
  const outputs = lowerings(w, { x, weight, bias, groups: shape.groups, window }, g)
  const draw = random(5)
  const feeds = Object.fromEntries(
    w.inputs.map(({ name }) => {
      const dims = [...w.shape(name)]
      const data = Float32Array.from({ length: elements(dims) }, () => draw.uniform(-1, 1))
      return [name, { shape: dims, data }]
    }),
  )
  const graph = {
    name: 'lowerings',
    nodes: w.nodes,
    inputs: w.inputs,
    outputs: Object.keys(outputs).map(name => floatValue(name, [...w.shape(name)])),
    values: [],
    initializers: w.initializers,
  }
  const session = await openSession(modelOf(graph, 20, { 'com.microsoft': 1, 'com.microsoft.nchwc': 1 }), {
    threads: 1,
  })
  const results = await session.run(feeds)
  await session.close()
  const wanted = convolve(shape, window.output, {
    x: feeds['x']!.data,
    weight: feeds['weight']!.data,
    g: feeds['g']!.data,
    bias: feeds['bias']?.data,
  })
  for (const [name, what] of Object.entries(outputs)) {
    const found = results[name]!
    const { values, sizes, terms } = wanted[what]
    expect(found.shape, `shape of ${what} by ${name}`).toEqual([...w.shape(name)])
    expect(found.data.length).toBe(values.length)
    // Higham 2002, section 3.1: a sum of n products in any order is off by at most n·u/(1 − n·u)·Σ|a·b|, u = 2⁻²⁴.
    const limit = (i: number): number => 1.01 * (terms + 1) * 2 ** -24 * sizes[i]!
    const off = found.data.findIndex((value, i) => !(Math.abs(value - values[i]!) <= limit(i)))
    expect(off < 0 ? 'all' : `${off}: ${found.data[off]} for ${values[off]}`, `${what} by ${name}`).toBe(
      'all',
    )
  }
  return w.nodes.map(({ op, domain }) => (domain === '' ? op : `${domain}:${op}`))
}

const channels = fc.constantFrom(1, 2, 3, 5, 8, 16, 17, 32)
const pair = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<[number, number]> =>
  fc.tuple(arbitrary, arbitrary)

const shapes = fc
  .record({
    batch: fc.constantFrom(1, 2, 3, 8, 16),
    groups: fc.constantFrom('one', 'two', 'depthwise'),
    channels,
    out: channels,
    map: pair(fc.integer({ min: 1, max: 9 })),
    kernel: pair(fc.integer({ min: 1, max: 4 })),
    stride: fc.oneof(fc.constant([1, 1] as [number, number]), pair(fc.integer({ min: 1, max: 3 }))),
    dilation: fc.oneof(fc.constant([1, 1] as [number, number]), pair(fc.integer({ min: 1, max: 2 }))),
    pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
  })
  .map(({ groups, ...rest }): Shape => {
    if (groups === 'depthwise') return { ...rest, groups: rest.channels, out: rest.channels }
    if (groups === 'two') return { ...rest, groups: 2, channels: 2 * rest.channels, out: 2 * rest.out }
    return { ...rest, groups: 1 }
  })
  .filter(({ map, kernel, dilation, pads }) =>
    [0, 1].every(i => (kernel[i]! - 1) * dilation[i]! + 1 <= map[i]! + pads[i]! + pads[i + 2]!),
  )
  .filter(({ batch, channels: c, out, groups, map, kernel }) => {
    // Plain loops cost a nanosecond or two an operation.
    return batch * (c / groups) * out * elements(map) * elements(kernel) < 400_000
  })

const whole: Shape = {
  batch: 16,
  groups: 1,
  channels: 16,
  out: 32,
  map: [6, 5],
  kernel: [3, 3],
  stride: [1, 1],
  dilation: [1, 1],
  pads: [1, 1, 1, 1],
}

describe('lowerings of convolutions', () => {
  it('agree with plain loops for any shape', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async shape => {
        await compare(shape)
      }),
      { numRuns: 150, seed: 1 },
    )
  })

  it.each<[string, Partial<Shape>]>([
    ['whole blocks', {}],
    ['a larger map', { batch: 1, map: [20, 23], channels: 16, out: 16 }],
    ['1×1', { kernel: [1, 1], pads: [0, 0, 0, 0] }],
    ['1×1, stride 2', { kernel: [1, 1], pads: [0, 0, 0, 0], stride: [2, 2] }],
    ['stride 2', { stride: [2, 2] }],
    ['a first layer', { channels: 3, stride: [2, 2] }],
    ['a small map of many channels', { batch: 2, map: [2, 2], channels: 32, out: 32 }],
    ['a small map, stride 2', { batch: 2, map: [4, 4], channels: 32, out: 32, stride: [2, 2] }],
    ['padding beyond the kernel', { pads: [3, 3, 4, 4], map: [3, 3] }],
    ['padding on one side', { pads: [0, 0, 2, 2] }],
    ['dilation', { dilation: [2, 2], pads: [2, 2, 2, 2] }],
  ])('agree for %s', async (_name, change) => {
    await compare({ ...whole, ...change })
  })

  it('are chosen by shape: blocked convolutions for whole blocks, products for small maps, else standard operators', async () => {
    if (block > 1) expect(await compare(whole)).toContain('com.microsoft.nchwc:Conv')
    const choose = (shape: Shape, size: number): string[] => {
      const w = createWriter()
      const x = w.input('x', [shape.batch, shape.channels, ...shape.map])
      const weight = w.input('weight', [shape.out, shape.channels / shape.groups, ...shape.kernel])
      const window = windowOf(
        node('Conv', [], ['y'], { strides: shape.stride, pads: shape.pads }),
        w.shape(x),
        shape.kernel,
      )
      lower.forward(w, { x, weight, bias: '', groups: shape.groups, window }, { block: size })
      return w.nodes.map(({ op, domain }) => (domain === '' ? op : `${domain}:${op}`))
    }
    expect(choose(whole, 16)).toContain('com.microsoft.nchwc:Conv')
    expect(choose(whole, 1)).toEqual(['Conv'])
    expect(choose({ ...whole, channels: 17 }, 16)).toEqual(['Conv'])
    expect(choose({ ...whole, groups: 2 }, 16)).toEqual(['Conv'])
    const small = choose({ ...whole, batch: 2, map: [2, 2], channels: 64, out: 64 }, 16)
    expect(small).toContain('com.microsoft:FusedMatMul')
    expect(small).not.toContain('com.microsoft.nchwc:Conv')
  })
})
