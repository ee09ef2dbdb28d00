import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { OnnxModel } from '../../../../core/graph/model.ts'
import {
  buildPlain,
  buildStudent,
  isStudentName,
  parameterCount,
  parameterNames,
  studentNames,
  students,
} from '../../../../core/graph/students/index.ts'
import type { StudentName } from '../../../../core/graph/students/index.ts'
import { toFloat32 } from '../../../../core/graph/tensor.ts'
import { runOnNoise } from './run.ts'

const input: [number, number, number] = [3, 64, 64]
const dimsOf = (model: OnnxModel, name: string) => model.graph.initializers.get(name)?.dims

const built = new Map<StudentName, OnnxModel>()

/** The student as it is published. Small ones are kept, as filling one takes a second; of large ones only the last. */
function standard(name: StudentName): OnnxModel {
  const known = built.get(name)
  if (known) return known
  for (const other of built.keys()) if (students[other].published.parameters > 12e6) built.delete(other)
  const model = buildStudent(name, { classes: students[name].published.classes, input, seed: 1 })
  built.set(name, model)
  return model
}

const spots: [StudentName, Record<string, number[]>][] = [
  ['cifar_resnet8', { 'layer3.0.downsample.1.running_mean': [64] }],
  ['cifar_resnet14', { 'layer3.1.bn2.weight': [64] }],
  ['digits_annotator', { 'features.12.weight': [96, 64, 3, 3], 'classifier.weight': [10, 96] }],
  ['resnet18', { 'conv1.weight': [64, 3, 7, 7], 'layer2.0.downsample.0.weight': [128, 64, 1, 1] }],
  ['resnet34', { 'layer3.5.conv2.weight': [256, 256, 3, 3], 'layer4.2.bn2.running_var': [512] }],
  [
    'resnet50',
    {
      'layer1.0.downsample.0.weight': [256, 64, 1, 1],
      'layer3.5.conv3.weight': [1024, 256, 1, 1],
      'layer4.2.bn3.bias': [2048],
      'fc.weight': [1000, 2048],
    },
  ],
  ['resnet101', { 'layer3.22.conv2.weight': [256, 256, 3, 3], 'fc.bias': [1000] }],
  [
    'cifar_resnet20',
    {
      'conv1.weight': [16, 3, 3, 3],
      'layer2.0.downsample.0.weight': [32, 16, 1, 1],
      'layer3.2.conv2.weight': [64, 64, 3, 3],
      'fc.weight': [10, 64],
    },
  ],
  [
    'mobilenet_v2',
    {
      'features.0.0.weight': [32, 3, 3, 3],
      'features.0.1.running_mean': [32],
      'features.1.conv.0.0.weight': [32, 1, 3, 3],
      'features.1.conv.1.weight': [16, 32, 1, 1],
      'features.1.conv.2.bias': [16],
      'features.2.conv.0.0.weight': [96, 16, 1, 1],
      'features.2.conv.1.0.weight': [96, 1, 3, 3],
      'features.2.conv.2.weight': [24, 96, 1, 1],
      'features.17.conv.3.running_var': [320],
      'features.18.0.weight': [1280, 320, 1, 1],
      'classifier.1.weight': [1000, 1280],
    },
  ],
  [
    'efficientnet_b0',
    {
      'features.0.0.weight': [32, 3, 3, 3],
      'features.1.0.block.0.0.weight': [32, 1, 3, 3],
      'features.1.0.block.1.fc1.weight': [8, 32, 1, 1],
      'features.1.0.block.2.1.bias': [16],
      'features.2.0.block.0.0.weight': [96, 16, 1, 1],
      'features.2.0.block.2.fc2.bias': [96],
      'features.3.1.block.1.0.weight': [240, 1, 5, 5],
      'features.6.3.block.3.0.weight': [192, 1152, 1, 1],
      'features.8.1.running_mean': [1280],
      'classifier.1.bias': [1000],
    },
  ],
  [
    'efficientnet_b1',
    { 'features.1.1.block.1.fc1.weight': [4, 16, 1, 1], 'features.7.1.block.3.1.bias': [320] },
  ],
  ['efficientnet_b2', { 'features.8.0.weight': [1408, 352, 1, 1] }],
  ['efficientnet_b3', { 'features.0.0.weight': [40, 3, 3, 3], 'classifier.1.weight': [1000, 1536] }],
  [
    'rexnet_1_0',
    {
      'stem.conv.weight': [32, 3, 3, 3],
      'stem.bn.running_var': [32],
      'features.0.conv_dw.conv.weight': [32, 1, 3, 3],
      'features.0.conv_pwl.conv.weight': [16, 32, 1, 1],
      'features.1.conv_exp.conv.weight': [96, 16, 1, 1],
      'features.2.conv_pwl.bn.weight': [38], // 38.5 rounds to even
      'features.3.se.fc1.weight': [19, 228, 1, 1],
      'features.3.se.bn.bias': [19],
      'features.3.se.fc2.bias': [228],
      'features.15.conv_pwl.conv.weight': [185, 1044, 1, 1],
      'features.16.conv.weight': [1280, 185, 1, 1],
      'head.fc.weight': [1000, 1280],
    },
  ],
  [
    'digits_student',
    { 'features.0.weight': [16, 3, 3, 3], 'features.10.running_var': [64], 'classifier.bias': [10] },
  ],
]

describe.each(studentNames)('%s', name => {
  it('has the published number of parameters', () => {
    expect(parameterCount(standard(name))).toBe(students[name].published.parameters)
  })

  it('is in the table of docs/students.md with its figures', () => {
    const { classes, parameters } = students[name].published
    const rows = readFileSync('docs/students.md', 'utf8').split('\n')
    const cells = rows.find(line => line.startsWith(`| \`${name}\` `))?.split('|') ?? []
    expect(cells.slice(2, 4).map(cell => Number(cell.replaceAll(',', '')))).toEqual([parameters, classes])
    expect(students[name].text).not.toBe('')
  })

  // Not the largest: values are drawn alike in all of them.
  const large = students[name].published.parameters > 12e6
  it.skipIf(large)('is the same again from the same seed, and another from another', () => {
    const weights = (seed: number): Buffer =>
      Buffer.concat(
        [...buildStudent(name, { classes: 3, input, seed }).graph.initializers.values()].map(of => of.raw),
      )
    const first = weights(1)
    expect(weights(1).equals(first)).toBe(true)
    expect(weights(2).equals(first)).toBe(false)
  })

  it("has the original's names and shapes at some spots", () => {
    const found = spots.filter(([of]) => of === name).map(([, shapes]) => shapes)
    expect(found).toHaveLength(1)
    for (const [key, dims] of found.flatMap(Object.entries))
      expect([key, dimsOf(standard(name), key)]).toEqual([key, dims])
  })

  it('runs on ONNX Runtime, on sizes and batches that were not known when it was built', async () => {
    const model = standard(name)
    for (const shape of [
      [2, 3, 64, 64],
      [1, 3, 40, 56],
    ]) {
      const output = await runOnNoise(model, shape)
      expect(output.shape).toEqual([shape[0], students[name].published.classes])
      expect(output.data.every(Number.isFinite)).toBe(true)
      expect(new Set(output.data).size).toBeGreaterThan(1)
    }
  })

  it('has unique nodes and values, and uses every initializer', () => {
    const { graph } = standard(name)
    const names = graph.nodes.map(of => of.name)
    expect(new Set(names).size).toBe(names.length)
    const outputs = graph.nodes.flatMap(of => of.outputs)
    expect(new Set([...outputs, ...graph.initializers.keys(), 'images']).size).toBe(
      outputs.length + graph.initializers.size + 1,
    )
    const used = new Set(graph.nodes.flatMap(of => of.inputs))
    expect([...graph.initializers.keys()].filter(key => !used.has(key))).toEqual([])
  })
})

const norm = (scope: string) =>
  ['weight', 'bias', 'running_mean', 'running_var'].map(part => `${scope}.${part}`)

describe('names', () => {
  it("of resnet18 are torchvision's state_dict, all of them", () => {
    const expected = ['conv1.weight', ...norm('bn1')]
    for (const stage of [1, 2, 3, 4])
      for (const block of [0, 1]) {
        const scope = `layer${stage}.${block}`
        expected.push(`${scope}.conv1.weight`, ...norm(`${scope}.bn1`))
        expected.push(`${scope}.conv2.weight`, ...norm(`${scope}.bn2`))
        if (stage > 1 && block === 0)
          expected.push(`${scope}.downsample.0.weight`, ...norm(`${scope}.downsample.1`))
      }
    expected.push('fc.weight', 'fc.bias')
    expect([...standard('resnet18').graph.initializers.keys()]).toEqual(expected)
    expect(expected).toHaveLength(102)
  })
})

/** Mean and standard deviation of a tensor. */
function moments(
  model: OnnxModel,
  name: string,
): { n: number; mean: number; deviation: number; most: number } {
  const values = toFloat32(model.graph.initializers.get(name)!)
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
  return { n, mean, deviation, most: values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) }
}

describe('initialisation', () => {
  const normal: [StudentName, string, number][] = [
    ['resnet18', 'conv1.weight', Math.sqrt(2 / (49 * 64))],
    ['resnet18', 'layer4.1.conv2.weight', Math.sqrt(2 / (9 * 512))],
    ['resnet18', 'layer2.0.downsample.0.weight', Math.sqrt(2 / 128)],
    ['cifar_resnet8', 'layer3.0.conv1.weight', Math.sqrt(2 / (9 * 64))],
    ['mobilenet_v2', 'classifier.1.weight', 0.01],
    ['mobilenet_v2', 'features.17.conv.1.0.weight', Math.sqrt(2 / (9 * 960))], // torchvision does not divide by groups
    ['efficientnet_b0', 'features.6.3.block.2.fc2.weight', Math.sqrt(2 / 1152)],
    ['rexnet_1_0', 'features.15.conv_dw.conv.weight', Math.sqrt(2 / 9)], // timm does
  ]
  it.each(normal)('of %s %s is N(0, σ²)', (name, key, sigma) => {
    const { n, mean, deviation } = moments(standard(name), key)
    // Five standard errors: of a mean σ/√n, of a normal sample's deviation σ/√(2n).
    expect(Math.abs(mean)).toBeLessThan((5 * sigma) / Math.sqrt(n))
    expect(Math.abs(deviation - sigma)).toBeLessThan((5 * sigma) / Math.sqrt(2 * n))
  })

  const uniform: [StudentName, string, number][] = [
    ['resnet18', 'fc.weight', 1 / Math.sqrt(512)],
    ['efficientnet_b0', 'classifier.1.weight', 1 / Math.sqrt(1000)],
    ['rexnet_1_0', 'head.fc.weight', 1 / Math.sqrt(1000)],
    ['digits_student', 'features.9.weight', 1 / Math.sqrt(9 * 64)],
  ]
  it.each(uniform)('of %s %s is U(±bound)', (name, key, bound) => {
    const { n, mean, deviation, most } = moments(standard(name), key)
    const sigma = bound / Math.sqrt(3)
    expect(most).toBeLessThanOrEqual(Math.fround(bound))
    // P(most < bound·(1 − 20/n)) ≈ e^−20. A uniform sample's deviation has the standard error σ/√(5n).
    expect(most).toBeGreaterThan(bound * (1 - 20 / n))
    expect(Math.abs(mean)).toBeLessThan((5 * sigma) / Math.sqrt(n))
    expect(Math.abs(deviation - sigma)).toBeLessThan((5 * sigma) / Math.sqrt(5 * n))
  })

  it('sets batch norms to 1, 0, 0, 1 and the other biases as their library does', () => {
    const resnet = standard('resnet18')
    const start = [1, 0, 0, 1]
    norm('layer1.0.bn2').forEach((key, i) =>
      expect(new Set(toFloat32(resnet.graph.initializers.get(key)!))).toEqual(new Set([start[i]])),
    )
    expect(moments(resnet, 'fc.bias').most).toBeGreaterThan(0)
    expect(moments(resnet, 'fc.bias').most).toBeLessThan(1 / Math.sqrt(512))
    expect(moments(standard('mobilenet_v2'), 'classifier.1.bias').most).toBe(0)
    expect(moments(standard('efficientnet_b0'), 'features.1.0.block.1.fc1.bias').most).toBe(0)
  })

  it('keeps the signal of a resnet18 within a few times its size', async () => {
    const { data } = await runOnNoise(standard('resnet18'), [2, 3, 64, 64])
    const size = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)
    expect(size).toBeGreaterThan(0.05)
    expect(size).toBeLessThan(20)
  })
})

describe('seeds', () => {
  const bytes = (model: OnnxModel, key: string) => Buffer.from(model.graph.initializers.get(key)!.raw)

  it('give the same weights again, and others for another seed', () => {
    const [a, again, other] = [
      buildStudent('cifar_resnet8', { classes: 10, input, seed: 7 }),
      buildStudent('cifar_resnet8', { classes: 10, input, seed: 7 }),
      buildStudent('cifar_resnet8', { classes: 10, input, seed: 8 }),
    ]
    for (const key of a.graph.initializers.keys()) expect(bytes(a, key)).toEqual(bytes(again, key))
    expect(bytes(a, 'conv1.weight')).not.toEqual(bytes(other, 'conv1.weight'))
    expect(bytes(a, 'layer1.0.conv1.weight')).not.toEqual(bytes(a, 'layer1.0.conv2.weight'))
  })

  it('give the same backbone for another number of classes', () => {
    const [ten, two] = [10, 2].map(classes => buildStudent('cifar_resnet8', { classes, input, seed: 7 }))
    for (const key of ten!.graph.initializers.keys())
      if (!key.startsWith('fc.')) expect(bytes(ten!, key)).toEqual(bytes(two!, key))
    expect(dimsOf(two!, 'fc.weight')).toEqual([2, 64])
  })

  it('give the same numbers on every machine, up to the last digits of logarithm and sine', () => {
    const values = toFloat32(
      buildStudent('cifar_resnet8', { classes: 10, input, seed: 0 }).graph.initializers.get('conv1.weight')!,
    )
    const known = [0.15199773, 0.18631877, 0.16919862]
    known.forEach((value, i) => expect(Math.abs(values[i]! - value)).toBeLessThan(1e-7))
  })
})

describe('plain nets and settings', () => {
  it('builds the net of the benchmark', async () => {
    const model = buildPlain({
      channels: [32, 64, 64, 128, 128],
      strides: [1, 2, 1, 2, 1],
      classes: 10,
      input: [3, 32, 32],
      seed: 0,
    })
    const strides = model.graph.nodes.flatMap(of =>
      of.attributes['strides']?.type === 'ints' ? [of.attributes['strides'].value] : [],
    )
    expect(strides.map(([stride]) => stride)).toEqual([1, 2, 1, 2, 1])
    expect((await runOnNoise(model, [1, 3, 32, 32])).shape).toEqual([1, 10])
  })

  it('takes one channel and one class', async () => {
    const model = buildStudent('cifar_resnet8', { classes: 1, input: [1, 28, 28], seed: 0 })
    expect((await runOnNoise(model, [3, 1, 28, 28])).shape).toEqual([3, 1])
  })

  it('counts no running statistics, clip bounds or dropout ratios', () => {
    const names = parameterNames(standard('mobilenet_v2').graph)
    expect(names).toContain('features.0.1.bias')
    expect(names.filter(key => /running|relu6|ratio/.test(key))).toEqual([])
  })

  it('refuses impossible settings and unknown names', () => {
    const build = (options: object) => () =>
      buildStudent('cifar_resnet8', { classes: 10, input, seed: 0, ...options })
    expect(build({ classes: 0 })).toThrow(/classes/)
    expect(build({ classes: 1.5 })).toThrow(/classes/)
    expect(build({ input: [3, 0, 4] })).toThrow(/channels, height, width/)
    expect(build({ seed: 0.5 })).toThrow(/seed/)
    expect(() => buildStudent('resnet19' as StudentName, { classes: 10, input, seed: 0 })).toThrow(/resnet18/)
    expect(isStudentName('toString')).toBe(false)
    expect(() => buildPlain({ channels: [8], strides: [1, 2], classes: 2, input, seed: 0 })).toThrow(/stride/)
  })
})
