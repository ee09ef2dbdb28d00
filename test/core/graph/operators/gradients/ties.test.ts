/** Where a maximum is reached twice, one place gets the whole gradient: the first, as in PyTorch. */
import { expect, it } from 'vitest'
import { createTrainer } from '../../../../../core/engine/trainer.ts'
import { node } from '../../../../../core/graph/node.ts'
import { floatTensor } from '../../../../../core/graph/tensor.ts'
import { wrap } from './check.ts'

it('gives the gradient of equal maxima to the first', async () => {
  const images: [number, number, number, number] = [1, 1, 2, 2]
  const { model } = wrap({
    name: 'ties',
    images,
    nodes: [node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2] })],
  })
  model.graph.initializers.set('P', floatTensor([0, 0, 0, 0], images))
  const trainer = await createTrainer(model, {
    batch: 1,
    input: [1, 2, 2],
    classes: 3,
    optimizer: { kind: 'sgd', momentum: 0.9 },
  })
  await trainer.step(Float32Array.of(1, 2, 2, 2), Float32Array.of(0, 1, 0), 0.1)
  const slopes = [...trainer.state().get('moment1:P')!.data].map(slope => slope !== 0)
  expect(slopes).toEqual([false, true, false, false])
  await trainer.close()
})
