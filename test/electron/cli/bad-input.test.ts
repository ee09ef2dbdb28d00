/** Bad input to the command line: one clear message, the right exit code, nothing lost. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeModel } from '../../../core/graph/onnx/encode.ts'
import { writeOnnx } from '../../../core/graph/files/write.ts'
import { node } from '../../../core/graph/node.ts'
import { floatTensor } from '../../../core/graph/tensor.ts'
import { openProject } from '../../../core/project/project.ts'
import { runCli, runJson, tinyClassifier, writeImages, writeTiny } from '../cli-run.ts'
import { openOutside } from '../../core/project/outside.ts'

let dir: string
const at = (...names: string[]): string => join(dir, ...names)
let model: string
const small = ['--size', '48', '--mean', '.5,.5,.5', '--std', '.5,.5,.5', '--top-k', '2']

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-bad-'))
  await writeImages(at('images'), ['cat', 'dog', 'owl'], 2)
  model = await writeTiny(at('tiny.onnx'))
  expect((await runCli('new', at('p'), '--images', at('images'))).status).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Runs with --json and expects an error of this code whose message fits; without a stack anywhere. */
async function refused(code: string, message: RegExp, ...args: string[]): Promise<void> {
  const { status, json, stderr } = await runJson(...args)
  expect(json).toMatchObject({ error: { code, message: expect.stringMatching(message) as string } })
  expect(status).toBe(code === 'usage' ? 2 : 1)
  expect(stderr).not.toMatch(/^\s+at /m)
}

describe('bad images', () => {
  it('are left out with their reasons, and the rest goes on', async () => {
    const images = at('mixed')
    await writeImages(images, ['cat', 'dog'], 2)
    writeFileSync(join(images, 'cat', 'empty.jpg'), '')
    writeFileSync(join(images, 'cat', 'words.jpg'), 'no picture at all')
    await sharp({ create: { width: 40_000, height: 2, channels: 3, background: 'red' } })
      .png()
      .toFile(join(images, 'dog', 'wide.png'))
    const whole = readFileSync(join(images, 'dog', '001.png'))
    writeFileSync(join(images, 'dog', 'cut.png'), whole.subarray(0, 40))
    const { status, json } = await runJson('new', at('mixed-project'), '--images', images)
    expect(status).toBe(0)
    const problem = (path: string, reason: RegExp): object => ({
      path,
      reason: expect.stringMatching(reason) as string,
    })
    expect(json).toMatchObject({
      splits: [
        {
          images: 8,
          usable: 4,
          problems: [
            problem('cat/empty.jpg', /is empty/),
            problem('cat/words.jpg', /not an image in a known format/),
            problem('dog/cut.png', /truncated or damaged/),
            problem('dog/wide.png', /40000×2 pixels/),
          ],
        },
      ],
    })
  })

  it('that vanish after the import are skipped with the reason', async () => {
    await writeImages(at('fading'), ['cat', 'dog', 'owl'], 2)
    await runCli('new', at('fading-project'), '--images', at('fading'))
    rmSync(at('fading/dog/000.jpg'))
    truncateSync(at('fading/owl/001.png'), 0)
    const { status, json } = await runJson('annotate', at('fading-project'), '--model', model, ...small)
    expect(status).toBe(0)
    expect(json).toMatchObject({
      annotated: 4,
      skipped: [
        { key: 'train/dog/000.jpg', reason: 'the file does not exist' },
        { key: 'train/owl/001.png', reason: 'the file is empty' },
      ],
    })
  })

  it('only: an error, and no half project', async () => {
    mkdirSync(at('none/cat'), { recursive: true })
    writeFileSync(at('none/cat/a.jpg'), '')
    await refused('bad-data', /no usable images.*empty/, 'new', at('none-project'), '--images', at('none'))
    mkdirSync(at('void'))
    await refused('bad-data', /no images/, 'new', at('none-project'), '--images', at('void'))
    await refused('not-found', /does not exist/, 'new', at('none-project'), '--images', at('nowhere'))
    expect((await runCli('new', at('none-project'), '--images', at('images'))).status).toBe(0)
  })

  it('of one class make a project that says what it is not good for', async () => {
    await writeImages(at('single'), ['cat'], 2)
    const { status, json } = await runJson('new', at('single-project'), '--images', at('single'))
    expect(status).toBe(0)
    expect(json).toMatchObject({
      splits: [{ warnings: [expect.stringMatching(/one class.*cannot be trained/)] }],
    })
  })
})

describe('class files', () => {
  it('that do not match the outputs are refused', async () => {
    writeFileSync(at('four.txt'), 'cat\ndog\nowl\neel\n')
    const annotate = ['annotate', at('p'), '--model', model, ...small]
    await refused(
      'mismatch',
      /four\.txt lists 4 classes, but .* has 3 outputs/,
      ...annotate,
      '--classes',
      at('four.txt'),
    )
    await refused('not-found', /class file/, ...annotate, '--classes', at('no.txt'))
    await writeTiny(at('five.onnx'), 5)
    await refused(
      'mismatch',
      /5 outputs.*--classes/,
      'annotate',
      at('p'),
      '--model',
      at('five.onnx'),
      ...small,
    )
    const project = openProject(at('p'))
    expect(project.db.prepare('SELECT count(*) FROM annotations').pluck().get()).toBe(0)
    project.close()
  })

  it('without any class of the project still annotate, but have no target', async () => {
    cpSync(at('p'), at('strange'), { recursive: true })
    writeFileSync(at('strange.txt'), 'x\ny\nz\n')
    const done = await runCli(
      'annotate',
      at('strange'),
      '--model',
      model,
      ...small,
      '--classes',
      at('strange.txt'),
    )
    expect(done.status).toBe(0)
    await refused(
      'mismatch',
      /none of the annotator's 3 classes/,
      'target',
      at('strange'),
      '--image',
      'cat/000.jpg',
    )
  })
})

describe('models', () => {
  const check = (name: string): string[] => ['annotator', 'check', at(name), '--size', '48']

  it('that are truncated, not ONNX, or missing', async () => {
    const bytes = encodeModel(tinyClassifier(3))
    writeFileSync(at('cut.onnx'), bytes.subarray(0, Math.floor(bytes.length / 2)))
    writeFileSync(at('words.onnx'), 'This is a text and not a model.')
    writeFileSync(at('empty.onnx'), '')
    await refused('bad-model', /cut\.onnx/, ...check('cut.onnx'))
    await refused('bad-model', /words\.onnx/, ...check('words.onnx'))
    await refused('bad-model', /empty\.onnx/, ...check('empty.onnx'))
    await refused('not-found', /gone\.onnx/, ...check('gone.onnx'))
    await refused('not-found', /gone\.onnx/, 'annotate', at('p'), '--model', at('gone.onnx'), ...small)
  })

  it('with an unknown operator', async () => {
    const odd = tinyClassifier(3)
    odd.graph.nodes.splice(1, 1, node('Frobnicate', ['c1'], ['r1']))
    await writeOnnx(odd, at('odd.onnx'))
    await refused('bad-model', /Frobnicate/, ...check('odd.onnx'))
  })

  it('with external data outside their folder', async () => {
    const leaking = tinyClassifier(3)
    const tensor = leaking.graph.initializers.get('w3')!
    tensor.raw = new Uint8Array()
    tensor.external = { location: '../../etc/passwd', offset: 0, length: 96 }
    writeFileSync(at('leaking.onnx'), encodeModel(leaking))
    await refused('bad-model', /leaves the model's folder/, ...check('leaking.onnx'))
  })

  it('that have no head to take apart', async () => {
    const flat = tinyClassifier(3, {
      tail: [
        node('GlobalMaxPool', ['features'], ['p']),
        node('Flatten', ['p'], ['flat']),
        node('Gemm', ['flat', 'w3', 'b3'], ['logits'], { transB: 1 }),
      ],
    })
    await writeOnnx(flat, at('max.onnx'))
    await refused('unsupported', /maximum/, ...check('max.onnx'))
  })

  it('that answer NaN leave every image out, and that is an error', async () => {
    const broken = tinyClassifier(3)
    broken.graph.initializers.set('b3', floatTensor([NaN, 0, 0], [3]))
    await writeOnnx(broken, at('nan.onnx'))
    cpSync(at('p'), at('nan-project'), { recursive: true })
    const { status, json } = await runJson('annotate', at('nan-project'), '--model', at('nan.onnx'), ...small)
    expect(status).toBe(1)
    expect((json as { error: { message: string } }).error.message).toMatch(
      /NaN|differs from the classifier's logits/,
    )
  })
})

describe('projects', () => {
  it('of a newer version', async () => {
    cpSync(at('p'), at('newer'), { recursive: true })
    const db = openOutside(at('newer/project.db'))
    db.pragma('user_version = 99')
    db.close()
    await refused('bad-project', /newer version/, 'maps', 'stat', at('newer'))
    await refused('bad-project', /newer version/, 'annotate', at('newer'), '--model', model, ...small)
  })

  it('that another process has', async () => {
    const project = openProject(at('p'))
    try {
      const words = new RegExp(`process ${process.pid}`)
      await refused('locked', words, 'annotate', at('p'), '--model', model, ...small)
    } finally {
      project.close()
    }
  })

  it('that are none', async () => {
    await refused('not-found', /does not exist/, 'maps', 'stat', at('no-project'))
    await refused('bad-project', /no project/, 'maps', 'stat', at('images'))
    await refused('usage', /holds a project already/, 'new', at('p'), '--images', at('images'))
  })
})

describe('targets', () => {
  it('of a crop outside the image, an unknown image, or without an annotation', async () => {
    cpSync(at('p'), at('target'), { recursive: true })
    await refused('not-found', /no finished annotation/, 'target', at('target'), '--image', 'cat/000.jpg')
    expect((await runCli('annotate', at('target'), '--model', model, ...small)).status).toBe(0)
    const target = ['target', at('target'), '--image', 'cat/000.jpg']
    await refused('mismatch', /does not lie inside the image/, ...target, '--crop', '0,0,5000,10')
    await refused('not-found', /no image "eel"/, 'target', at('target'), '--image', 'eel')
    await refused('usage', /--crop takes 4 comma-separated numbers/, ...target, '--crop', '1,2,3')
    const { status, json } = await runJson(...target, '--crop', '0,0,20,20')
    expect(status).toBe(0)
    const { classes, backgroundMass } = json as {
      classes: { name: string; probability: number }[]
      backgroundMass: number
    }
    const sum = classes.reduce((total, entry) => total + entry.probability, backgroundMass)
    expect(sum).toBeCloseTo(1, 5)
    const published = await runJson(...target, '--crop', '0,10,20,30', '--axes', 'published')
    const correct = await runJson(...target, '--crop', '0,10,20,30')
    expect(published.json).not.toEqual(correct.json)
  })

  it('of damaged label maps', async () => {
    const shard = at('target/annotations/a1/shard-00000.rlm')
    const bytes = readFileSync(shard)
    bytes[bytes.length >> 1]! ^= 0xff
    writeFileSync(shard, bytes)
    const verify = await runJson('maps', 'verify', at('target'))
    expect(verify.status).toBe(1)
    expect(verify.json).toMatchObject({ ok: false })
  })
})

describe('words', () => {
  it('that are wrong exit with 2 and say what is right', async () => {
    await refused('usage', /unknown command 'fly'/, 'fly')
    await refused('usage', /missing required argument/, 'target', '--image', 'x')
    await refused('usage', /required option '--model/, 'annotate', at('p'))
    await refused(
      'usage',
      /--size must be a whole number/,
      'annotate',
      at('p'),
      '--model',
      model,
      '--size',
      'big',
    )
    await refused(
      'usage',
      /divide them by 255/,
      'annotate',
      at('p'),
      '--model',
      model,
      '--mean',
      '123,117,104',
    )
    const plain = await runCli('annotate', at('p'), '--model', model, '--resize', 'twist')
    expect(plain).toMatchObject({ status: 2, stdout: '' })
    expect(plain.stderr).toMatch(/Allowed choices are squash, pad/)
    expect(await runCli('annotate', '--help')).toMatchObject({ status: 0, stderr: '' })
  })
})
