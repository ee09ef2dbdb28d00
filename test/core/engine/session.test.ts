/** Opening and running models: results, preallocated outputs, and clear errors for what does not fit. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { blockSize, layoutBlock } from '../../../core/engine/blocked-layout.ts'
import { openSession } from '../../../core/engine/session.ts'
import { floatValue, modelOf, node } from '../../../core/graph/node.ts'
import { encodeModel } from '../../../core/graph/onnx/encode.ts'
import { floatTensor } from '../../../core/graph/tensor.ts'

const folder = mkdtempSync(join(tmpdir(), 'relabel-session-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** y = 2x + 1 over [n, 3], and the largest of it. */
const model = modelOf(
  {
    name: 'small',
    nodes: [
      node('Mul', ['x', 'two'], ['a']),
      node('Add', ['a', 'b'], ['y']),
      node('ReduceMax', ['y'], ['top'], { keepdims: 0 }),
    ],
    inputs: [floatValue('x', ['n', 3]), floatValue('b', [3])],
    outputs: [floatValue('y', ['n', 3]), floatValue('top', [])],
    values: [],
    initializers: new Map([['two', floatTensor([2], [1])]]),
  },
  17,
)
const b = { shape: [3], data: Float32Array.of(1, 1, 1) }
const x = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }

describe('openSession', () => {
  it.each(['the model', 'its bytes', 'its file'])('runs %s', async kind => {
    const bytes = encodeModel(model)
    const file = join(folder, 'model.onnx')
    writeFileSync(file, bytes)
    const session = await openSession(kind === 'the model' ? model : kind === 'its bytes' ? bytes : file)
    expect(session.inputs).toEqual(['x', 'b'])
    expect(session.outputs).toEqual(['y', 'top'])
    const { y, top } = await session.run({ x, b })
    expect(y).toEqual({ shape: [2, 3], data: Float32Array.of(3, 5, 7, 9, 11, 13) })
    expect(top).toEqual({ shape: [], data: Float32Array.of(13) })
    await session.close()
  })

  it('writes preallocated outputs in place', async () => {
    const session = await openSession(model)
    const y = { shape: [2, 3], data: new Float32Array(6) }
    const results = await session.run({ x, b }, { y })
    expect([...y.data]).toEqual([3, 5, 7, 9, 11, 13])
    expect(results['y']).toBe(y)
    expect(results['top']!.data[0]).toBe(13)
    await session.close()
  })

  it.each<[string, string | Uint8Array]>([
    ['no bytes', new Uint8Array()],
    ['noise', Uint8Array.from({ length: 300 }, (_, i) => (i * 37) % 256)],
    ['a truncated model', encodeModel(model).slice(0, 60)],
    ['a missing file', join(folder, 'missing.onnx')],
    [
      'an unknown operator',
      encodeModel({ ...model, graph: { ...model.graph, nodes: [node('Nonsense', ['x'], ['y'])] } }),
    ],
  ])('rejects %s with bad-model', async (_name, source) => {
    await expect(openSession(source)).rejects.toMatchObject({
      name: 'RelabelError',
      code: 'bad-model',
      message: expect.stringContaining('cannot load') as string,
    })
  })

  it('rejects a provider that this build lacks', async () => {
    await expect(openSession(model, { provider: 'coreml' })).rejects.toMatchObject({ code: 'bad-model' })
  })

  it.each<[string, Parameters<Awaited<ReturnType<typeof openSession>>['run']>, RegExp]>([
    ['an unknown input', [{ x, b, z: x }], /no input "z".*x, b/],
    ['a missing input', [{ x }], /"b"/],
    ['a wrong rank', [{ x: { shape: [6], data: x.data }, b }], /"x".*\[6\]/],
    ['a wrong size', [{ x: { shape: [3, 2], data: x.data }, b }], /"x".*\[3, 2\].*\[n, 3\]/],
    ['values that do not fill the shape', [{ x: { shape: [3, 3], data: x.data }, b }], /"x".*6 values/],
    ['an unknown output', [{ x, b }, { z: x }], /no output "z"/],
    ['an output of another rank', [{ x, b }, { y: { shape: [6], data: new Float32Array(6) } }], /"y".*\[6\]/],
    [
      'an output that is too small',
      [{ x, b }, { y: { shape: [2, 3], data: new Float32Array(5) } }],
      /"y".*5 values/,
    ],
  ])('run rejects %s', async (_name, call, message) => {
    const session = await openSession(model)
    await expect(session.run(...call)).rejects.toMatchObject({
      name: 'RelabelError',
      code: 'mismatch',
      message: expect.stringMatching(message) as string,
    })
    // The session still works.
    expect((await session.run({ x, b }))['top']!.data[0]).toBe(13)
    await session.close()
  })
})

describe('a failure while running', () => {
  it('is reported as one, and leaves the session usable', async () => {
    const session = await openSession(model)
    // Only the run itself tells that n is 2.
    const y = { shape: [3, 3], data: new Float32Array(9) }
    await expect(session.run({ x, b }, { y })).rejects.toMatchObject({
      name: 'RelabelError',
      message: expect.stringContaining('{3,3}') as string,
    })
    expect((await session.run({ x, b }))['top']!.data[0]).toBe(13)
    await session.close()
  })
})

describe('blockSize', () => {
  it('is a power of two on the CPU, and 1 elsewhere', async () => {
    const block = await blockSize({ threads: 1 })
    expect([1, 4, 8, 16, 32, 64]).toContain(block)
    expect(await blockSize()).toBe(block)
    // Where there is a blocked layout, convolutions in it pass the check.
    expect(block).toBe(await layoutBlock().catch(() => 1))
    for (const provider of ['cuda', 'webgpu', 'dml', 'coreml'] as const)
      expect(await blockSize({ provider })).toBe(1)
  })
})
