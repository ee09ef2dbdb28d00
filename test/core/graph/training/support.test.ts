/** Which operators training can differentiate in a graph, and how the others are named in the error. */
import { describe, expect, it } from 'vitest'
import { withConstants } from './tiny.ts'
import { createTrainer } from '../../../../core/engine/trainer.ts'
import type { Node } from '../../../../core/graph/model.ts'
import { node } from '../../../../core/graph/node.ts'
import { differentiable, unsupportedOperators } from '../../../../core/graph/training/support.ts'

const config = {
  batch: 2,
  input: [3, 4, 4] as [number, number, number],
  classes: 3,
  optimizer: { kind: 'sgd' as const },
}

describe('operators with a gradient', () => {
  it('hold what students are made of', () => {
    for (const op of ['Conv', 'BatchNormalization', 'Gemm', 'Relu', 'Clip', 'HardSwish', 'Dropout'])
      expect(differentiable).toContain(op)
  })
})

const through = (...nodes: Node[]) => withConstants(nodes)

describe('unsupported operators', () => {
  it('are named, each once, with their domain', async () => {
    const model = through(
      node('Softplus', ['x'], ['a']),
      node('Softplus', ['a'], ['b']),
      node('Elu', ['b'], ['c']),
      node('com.microsoft:FusedConv', ['c'], ['y']),
    )
    expect(unsupportedOperators(model.graph)).toEqual(['Elu', 'Softplus', 'com.microsoft:FusedConv'])
    await expect(createTrainer(model, config)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('Elu, Softplus, com.microsoft:FusedConv') as string,
    })
  })

  it('are allowed where they depend on shapes alone, whatever the operator', async () => {
    const { graph } = through(
      node('Shape', ['x'], ['s']),
      node('Equal', ['s', 'minus'], ['free']),
      node('Where', ['free', 'ones', 's'], ['to']),
      node('Reshape', ['x', 'to'], ['y']),
      node('Abs', ['y'], ['z']),
    )
    expect(unsupportedOperators(graph)).toEqual(['Abs'])
    const model = through(
      node('Shape', ['x'], ['s']),
      node('Max', ['s', 's'], ['to']),
      node('Reshape', ['x', 'to'], ['y']),
    )
    expect(unsupportedOperators(model.graph)).toEqual([])
    await (await createTrainer(model, config)).close()
  })

  it.each<[string, Node[], RegExp]>([
    ['Gather of images', [node('Gather', ['x', 'rows'], ['y'])], /Gather.*depends on the images/],
    ['Pad by reflection', [node('Pad', ['x', 'pads'], ['y'], { mode: 'reflect' })], /reflect/],
    [
      'a shape from data',
      [node('Cast', ['x'], ['s'], { to: 7 }), node('Reshape', ['x', 's'], ['y'])],
      /Cast.*depends on the images/,
    ],
    ['a computed exponent', [node('Pow', ['x', 'x'], ['y'])], /run time/],
    [
      'a dilated average',
      [node('AveragePool', ['x'], ['y'], { kernel_shape: [2, 2], dilations: [2, 2] })],
      /dilated/,
    ],
    [
      'a convolution over a sequence',
      [node('Reshape', ['x', 'sequence'], ['s']), node('Conv', ['s', 'kernel'], ['y'])],
      /two-dimensional/,
    ],
  ])('%s is refused', async (_name, nodes, message) => {
    await expect(createTrainer(through(...nodes), config)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(message) as string,
    })
  })

  it('weights in half precision are refused by name', async () => {
    const model = through(node('Identity', ['x'], ['y']))
    const half = { dataType: 'float16' as const, dims: [3, 3], raw: new Uint8Array(18) }
    model.graph.initializers.set('fc.weight', half)
    await expect(createTrainer(model, config)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/fc\.weight.*float16.*float32/) as string,
    })
  })

  it('an image too small for the model is a usage error', async () => {
    const model = through(node('MaxPool', ['x'], ['y'], { kernel_shape: [5, 5] }))
    await expect(createTrainer(model, config)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('larger images') as string,
    })
  })

  it('batch norm over a single value is a usage error', async () => {
    const model = through(
      node('GlobalAveragePool', ['x'], ['p']),
      node('BatchNormalization', ['p', 'gamma', 'beta', 'running_mean', 'running_var'], ['y']),
    )
    const made = createTrainer(model, { ...config, batch: 1 })
    await expect(made).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('batch') as string,
    })
  })
})
