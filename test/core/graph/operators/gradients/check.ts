/** Wraps an operator into a small classifier and holds the trainer's gradients against differences in double precision. */
import { expect } from 'vitest'
import { random } from '../../../../../core/base/random.ts'
import { createTrainer } from '../../../../../core/engine/trainer.ts'
import type { Node, OnnxModel, Tensor } from '../../../../../core/graph/model.ts'
import { float, floatValue, modelOf, node } from '../../../../../core/graph/node.ts'
import { elements, floatTensor, intTensor } from '../../../../../core/graph/tensor.ts'
import { array } from '../reference/array.ts'
import { along, crossEntropy, partials, type Batch } from '../reference/differences.ts'
import { initializersOf, run } from '../reference/run.ts'

/** An operator (or a few) from value `x` to value `y`. */
export interface Case {
  name: string
  /** Shape of the images, [B, C, H, W]; default [2, 3, 4, 5]. */
  images?: [number, number, number, number]
  /** Shape of `x`, where it is not the images'. */
  view?: number[]
  /** Range of the values of `x`; they are spread evenly over it, in random order, so that no two are close. */
  range?: [number, number]
  weights?: Record<string, Tensor>
  nodes: Node[]
  opset?: number
  /** Ratios of the dropouts in the case. */
  dropout?: number[]
  /** Entries of a parameter that are compared one by one; default 24. */
  sampled?: number
}

const classes = 3

/** A tensor of normal random values, told apart by `seed`. */
export function normal(dims: number[], seed: number, scale = 1, offset = 0): Tensor {
  const draw = random(99, seed)
  return floatTensor(
    Float32Array.from({ length: elements(dims) }, () => offset + scale * draw.normal()),
    dims,
  )
}

/** images + P → x → the case's nodes → y → linear layer; P and the linear layer are parameters too. */
export function wrap({
  images = [2, 3, 4, 5],
  view,
  range = [-1, 1],
  weights = {},
  nodes,
  opset = 20,
}: Case): {
  model: OnnxModel
  pixels: Float32Array
} {
  const [low, high] = range
  const count = elements(images)
  const draw = random(7, count)
  const spread = Float32Array.from({ length: count }, (_, i) => low + ((i + 0.5) * (high - low)) / count)
  draw.shuffle(spread)
  const pixels = Float32Array.from({ length: count }, () => draw.uniform(-1, 1))
  const offsets = spread.map((v, i) => v - pixels[i]!)
  const initializers = new Map<string, Tensor>(Object.entries(weights))
  initializers.set('P', floatTensor(offsets, [...images]))
  initializers.set('rows', intTensor([images[0], -1]))
  const before = [node('Add', ['images', 'P'], [view ? 'x0' : 'x'])]
  if (view) {
    initializers.set('view', intTensor(view))
    before.push(node('Reshape', ['x0', 'view'], ['x']))
  }
  const after = [
    node('Reshape', ['y', 'rows'], ['flat']),
    node('Gemm', ['flat', 'head.weight', 'head.bias'], ['logits'], { transB: 1, alpha: float(1) }),
  ]
  const graph = {
    name: 'case',
    nodes: [...before, ...nodes, ...after],
    inputs: [floatValue('images', [...images])],
    outputs: [floatValue('logits', [images[0], classes])],
    values: [],
    initializers,
  }
  const model = modelOf(graph, opset)
  // The width of the linear layer is what the reference finds.
  const forward = {
    ...model,
    graph: { ...graph, nodes: graph.nodes.slice(0, -1), outputs: [floatValue('flat', [])] },
  }
  const values = initializersOf(model).set('images', array(images, pixels))
  const width = run(forward, values).output.shape[1]!
  initializers.set('head.weight', normal([classes, width], 1, 1 / Math.sqrt(width)))
  initializers.set('head.bias', normal([classes], 2))
  return { model, pixels }
}

/**
 * Every value here is a chain of at most a dozen roundings over sums of at most 500 terms, each rounding 2⁻²⁴ of what
 * flows through it: √500 · 12 · 2⁻²⁴ = 1.6e-5 of the largest entry; measured at most a third of that.
 */
const tolerance = 2e-5

const directions = 2

/** Compares logits, loss and the gradient of every parameter: some entries one by one, all of them along random directions. */
export async function check(testCase: Case): Promise<void> {
  const { model, pixels } = wrap(testCase)
  const { sampled = 24 } = testCase
  const shape = testCase.images ?? [2, 3, 4, 5]
  const draw = random(11)
  // No probabilities: soft targets need not add up to one.
  const targets = Float32Array.from({ length: shape[0] * classes }, () => draw.next())
  const trainer = await createTrainer(model, {
    batch: shape[0],
    input: [shape[1], shape[2], shape[3]],
    classes,
    engine: { threads: 1 },
    optimizer: { kind: 'sgd', momentum: 0.9 },
  })
  const result = await trainer.step(pixels, targets, 1e-3)
  const logits = result.logits.slice()
  const state = trainer.state()
  await trainer.close()

  const masks = masksOf(testCase, pixels)
  const batch: Batch = { images: array(shape, pixels), targets: array([shape[0], classes], targets) }
  const values = initializersOf(model)
  const { output } = run(model, new Map(values).set('images', batch.images), { masks })
  expectClose('logits', logits, output.data)
  const loss = crossEntropy(output, batch.targets)
  expect(Math.abs(result.loss - loss)).toBeLessThan(1e-5 * Math.max(1, Math.abs(loss)))

  const trained = [...state.keys()].filter(key => key.startsWith('moment1:')).map(key => key.slice(8))
  expect(trained.sort()).toEqual(expectedParameters(model))
  for (const name of trained) {
    const found = state.get(`moment1:${name}`)!.data
    const count = found.length
    const entries = count <= sampled ? [...found.keys()] : draw.shuffle([...found.keys()]).slice(0, sampled)
    const wanted = partials(model, values, batch, name, entries, { masks })
    const largest = Math.max(...found.map(Math.abs), ...wanted.map(Math.abs), 1e-3)
    entries.forEach((entry, i) =>
      expect(Math.abs(found[entry]! - wanted[i]!), `d/d${name}[${entry}] = ${wanted[i]}`).toBeLessThan(
        tolerance * largest,
      ),
    )
    for (let i = 0; i < directions; i++) {
      const direction = Float64Array.from({ length: count }, () => (draw.next() < 0.5 ? -1 : 1))
      const slope = direction.reduce((sum, d, j) => sum + d * found[j]!, 0)
      // Independent errors of the entries add up like their square root.
      expect(
        Math.abs(slope - along(model, values, batch, name, direction, { masks })),
        `d/d${name} along a direction`,
      ).toBeLessThan(tolerance * largest * Math.sqrt(count))
    }
  }
}

/** Float initializers of more than one value, but running statistics and constants. */
function expectedParameters(model: OnnxModel): string[] {
  return [...model.graph.initializers]
    .filter(
      ([name, { dataType, dims }]) =>
        dataType === 'float32' && elements(dims) > 1 && !/^(running|fixed)/.test(name),
    )
    .map(([name]) => name)
    .sort()
}

function expectClose(what: string, found: Float32Array, wanted: Float64Array): void {
  const largest = Math.max(...wanted.map(Math.abs), 1e-3)
  expect(found.length).toBe(wanted.length)
  const off = found.findIndex((v, i) => !(Math.abs(v - wanted[i]!) < tolerance * largest))
  expect(off < 0 ? 'all' : `${off}: ${found[off]} for ${wanted[off]}`, what).toBe('all')
}

/** The masks of the trainer's first step (seed 0), as its documentation says they are drawn. */
function masksOf({ dropout = [] }: Case, pixels: Float32Array): Float32Array[] {
  return dropout.map((ratio, i) => {
    const draw = random(0, 0, i)
    return Float32Array.from({ length: pixels.length }, () => (draw.next() < ratio ? 0 : 1 / (1 - ratio)))
  })
}
