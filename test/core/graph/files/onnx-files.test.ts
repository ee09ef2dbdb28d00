/** ONNX files on disk: atomic writing, weights in files beside the model, and references that must not be followed. */
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import { externalize, writeOnnx } from '../../../../core/graph/files/write.ts'
import type { OnnxModel } from '../../../../core/graph/model.ts'
import { floatValue, modelOf, node } from '../../../../core/graph/node.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { floatTensor } from '../../../../core/graph/tensor.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'relabel-onnx-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

function sample(): OnnxModel {
  const ramp = (length: number): Float32Array => new Float32Array(length).map((_, i) => i / 7)
  return modelOf({
    name: 'g',
    nodes: [
      node('Constant', [], ['k'], { value: { type: 'tensor', value: floatTensor(ramp(300), [300]) } }),
      node('MatMul', ['x', 'w'], ['m']),
      node('Add', ['m', 'k'], ['y']),
    ],
    inputs: [floatValue('x', [1, 20])],
    outputs: [floatValue('y', [1, 300])],
    values: [],
    initializers: new Map([
      ['w', floatTensor(ramp(6000), [20, 300])],
      ['small', floatTensor([1], [1])],
    ]),
  })
}

/** A model with external data as an attacker would write it. */
async function withExternal(location: string, data?: { offset?: string; length?: string }): Promise<string> {
  const { model } = externalize(sample(), location)
  const path = join(dir, 'x.onnx')
  let bytes = encodeModel(model)
  if (data) {
    const tensor = model.graph.initializers.get('w')!
    Object.assign(tensor.external!, data)
    bytes = encodeModel(model)
  }
  await writeFile(path, bytes)
  return path
}

describe('writing', () => {
  it('gives back the same model and leaves nothing else behind', async () => {
    const path = join(dir, 'x.onnx')
    await writeOnnx(sample(), path)
    await writeOnnx(sample(), path)
    expect(await readOnnx(path)).toEqual(sample())
    expect(await readdir(dir)).toEqual(['x.onnx'])
  })

  it('puts weights beside a model that is too large for one file', async () => {
    const path = join(dir, 'x.onnx')
    await writeOnnx(sample(), path, { maxBytes: 5000 })
    expect((await readdir(dir)).sort()).toEqual(['x.onnx', 'x.onnx.data'])
    expect((await readFile(path)).length).toBeLessThan(1000)
    const back = await readOnnx(path)
    expect(back).toEqual(sample())
  })

  it('is read by ONNX Runtime in that form too', async () => {
    const { InferenceSession, Tensor } = await import('onnxruntime-node')
    const run = async (file: string): Promise<unknown> => {
      const session = await InferenceSession.create(file)
      const { y } = await session.run({ x: new Tensor('float32', new Float32Array(20).fill(0.5), [1, 20]) })
      await session.release()
      return y!.data
    }
    await writeOnnx(sample(), join(dir, 'one.onnx'))
    await writeOnnx(sample(), join(dir, 'two.onnx'), { maxBytes: 5000 })
    expect(await run(join(dir, 'two.onnx'))).toEqual(await run(join(dir, 'one.onnx')))
  })

  it('names a folder that is not there', async () => {
    await expect(writeOnnx(sample(), join(dir, 'none', 'x.onnx'))).rejects.toMatchObject({ code: 'disk' })
  })
})

describe('reading', () => {
  it('names a missing file, a folder, and a file that is not a model', async () => {
    await expect(readOnnx(join(dir, 'none.onnx'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(readOnnx(dir)).rejects.toMatchObject({ code: 'bad-model' })
    await writeFile(join(dir, 'x.onnx'), 'hello, this is text')
    await expect(readOnnx(join(dir, 'x.onnx'))).rejects.toThrow(/x\.onnx is not an ONNX model/)
  })

  it('names a truncated file', async () => {
    const path = join(dir, 'x.onnx')
    await writeFile(path, encodeModel(sample()).subarray(0, 9000))
    await expect(readOnnx(path)).rejects.toThrow(/x\.onnx is truncated/)
  })

  it.each([
    '../secret.bin',
    '/etc/passwd',
    'a/../../secret.bin',
    'C:\\secret.bin',
    '..\\secret.bin',
    '\\\\host\\x',
  ])('refuses weights in %s', async location => {
    await writeFile(join(dir, '..', 'secret.bin'), '').catch(() => undefined)
    await expect(readOnnx(await withExternal(location))).rejects.toThrow(/x\.onnx refers to the data file/)
    await rm(join(dir, '..', 'secret.bin'), { force: true })
  })

  it('refuses a link that leaves the folder, and follows one that stays', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'relabel-outside-'))
    try {
      const data = Buffer.concat(externalize(sample(), 'w.data').parts)
      await writeFile(join(outside, 'w.data'), data)
      const path = await withExternal('w.data')
      await symlink(join(outside, 'w.data'), join(dir, 'w.data'))
      await expect(readOnnx(path)).rejects.toThrow(/a link that leaves/)
      await rm(join(dir, 'w.data'))
      await mkdir(join(dir, 'blobs'))
      await writeFile(join(dir, 'blobs', 'w.data'), data)
      await symlink(join('blobs', 'w.data'), join(dir, 'w.data'))
      expect(await readOnnx(path)).toEqual(sample())
    } finally {
      await rm(outside, { recursive: true })
    }
  })

  it('names missing, short and ill-fitting data files', async () => {
    await expect(readOnnx(await withExternal('w.data'))).rejects.toThrow(/"w\.data", which is not beside it/)
    await writeFile(join(dir, 'w.data'), new Uint8Array(100))
    await expect(readOnnx(await withExternal('w.data'))).rejects.toThrow(
      /has 100: the data file is truncated/,
    )
    await writeFile(join(dir, 'w.data'), new Uint8Array(100_000))
    await expect(readOnnx(await withExternal('w.data', { length: '17' }))).rejects.toThrow(/does not fit/)
    await expect(readOnnx(await withExternal('w.data', { offset: '-5' }))).rejects.toThrow(
      /offset of tensor "w"/,
    )
    await mkdir(join(dir, 'folder'))
    await expect(readOnnx(await withExternal('folder'))).rejects.toThrow(/not a file|cannot be read/)
  })
})
