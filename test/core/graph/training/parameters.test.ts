/** Which initializers are trained, which decay, and which are running statistics. */
import { describe, expect, it } from 'vitest'
import { node } from '../../../../core/graph/node.ts'
import { intTensor, scalar } from '../../../../core/graph/tensor.ts'
import { parametersOf, statisticsOf } from '../../../../core/graph/training/parameters.ts'
import { normNet, threeBranchNet } from '../../engine/nets.ts'
import { normal } from '../operators/gradients/check.ts'
import { classifier } from './tiny.ts'

const decays = (model: ReturnType<typeof normNet>): Record<string, boolean> =>
  Object.fromEntries(parametersOf(model.graph).map(({ name, isWeight }) => [name, isWeight]))

describe('parameters', () => {
  it('are weights, which decay, and norms and biases, which do not', () => {
    expect(decays(threeBranchNet())).toEqual({
      k1: true,
      'bn.gamma': false,
      'bn.beta': false,
      k2: true,
      'ln.gamma': false,
      'ln.beta': false,
      'fc.weight': true,
      'fc.bias': false,
    })
  })

  it('do not hold running statistics, shapes, bounds or single numbers', () => {
    const model = classifier(
      [
        node('Reshape', ['x', 'shape'], ['a']),
        node('Clip', ['a', 'low'], ['b']),
        node('Mul', ['b', 'scale'], ['c']),
        node('Add', ['c', 'position'], ['d']),
        node('MatMul', ['d', 'projection'], ['y']),
      ],
      {
        shape: intTensor([0, 3, 4, 4]),
        low: scalar(0),
        scale: scalar(2),
        position: normal([3, 4, 4], 1),
        projection: normal([4, 4], 2),
      },
    )
    expect(decays(model)).toEqual({ position: false, projection: true, 'fc.weight': true, 'fc.bias': false })
    expect(statisticsOf(model.graph)).toEqual([])
    expect(statisticsOf(normNet().graph)).toEqual(['running_bn.mean', 'running_bn.var'])
  })

  it('are not the mean and deviation that an exporter left in front of the first layer', () => {
    const model = classifier(
      [
        node('Sub', ['x', 'mean'], ['a']),
        node('Div', ['a', 'deviation'], ['b']),
        node('MatMul', ['b', 'projection'], ['c']),
        node('Add', ['c', 'bias'], ['y']),
      ],
      {
        mean: normal([3, 1, 1], 1),
        deviation: normal([1, 3, 1, 1], 2),
        projection: normal([4, 4], 3),
        bias: normal([4], 4),
      },
    )
    expect(decays(model)).toEqual({ projection: true, bias: false, 'fc.weight': true, 'fc.bias': false })
  })

  it('that are a weight in one place decay, whatever they are elsewhere', () => {
    const model = classifier([node('Add', ['x', 'w'], ['a']), node('MatMul', ['a', 'w'], ['y'])], {
      w: normal([4, 4], 1),
    })
    expect(decays(model)).toMatchObject({ w: true })
  })
})
