/**
 * `relabel train`, `evaluate`, `runs` and `export` as a user calls them: results, a kill, a stop, and what is refused.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOnnx } from '../../../core/graph/files/read.ts'
import { decodeSafetensors } from '../../../core/graph/safetensors.ts'
import { createLabelMapWriter } from '../../../core/labelmap/files/index.ts'
import { addAnnotation, updateAnnotation } from '../../../core/project/annotations.ts'
import { addImages, addSplit } from '../../../core/project/images.ts'
import { createProject, openProject } from '../../../core/project/project.ts'
import { listRuns } from '../../../core/project/runs.ts'
import { readLog } from '../../../core/training/run/run-log.ts'
import { colourManifest, colourMap, temporaryFolder, writeImages } from '../../core/training/fixture.ts'

const { dir, remove } = temporaryFolder()
const project = join(dir, 'project')
const cli = fileURLToPath(new URL('../../../electron/cli.ts', import.meta.url))
const recipe = join(dir, 'recipe.json')

interface Ended {
  code: number | null
  out: string
  err: string
}

/** Runs the command line; `watch` sees stderr as it comes and may stop the process. */
function relabel(
  args: string[],
  watch?: (text: string, stop: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that a signal reaches its job too, as from a terminal
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    watch?.(err, signal => process.kill(-child.pid!, signal))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
  })
}
const json = (ended: Ended): never => JSON.parse(ended.out) as never

beforeAll(async () => {
  const made = createProject(project, {
    classes: ['red', 'green', 'blue'].map((name, index) => ({ index, name })),
  })
  for (const [split, count, seed] of [
    ['train', 48, 1],
    ['val', 12, 2],
    ['test', 12, 3],
  ] as const) {
    const folder = join(dir, split)
    const images = await writeImages(folder, count, seed)
    addSplit(made, split, folder)
    addImages(
      made,
      split,
      images.map(({ key, label, width, height }) => ({
        path: key.slice('train/'.length),
        label,
        width,
        height,
        ...(split === 'test' ? { truth: [label!] } : {}),
      })),
    )
    if (split !== 'train') continue
    const annotation = addAnnotation(made, { config: {} })
    const writer = await createLabelMapWriter(annotation.dir, { manifest: colourManifest(), logits: 'fp16' })
    for (const [i, { key, label }] of images.entries()) await writer.append(key, colourMap(label!, i))
    await writer.finish()
    updateAnnotation(made, annotation.id, { status: 'done' })
  }
  made.close()
  const small = {
    student: 'digits_student',
    size: 12,
    epochs: 4,
    batch: 8,
    lr: 0.004,
    workers: 1,
    threads: 1,
  }
  writeFileSync(
    recipe,
    JSON.stringify({
      ...small,
      optimizer: { kind: 'adamw' },
      schedule: { warmupSteps: 4 },
      evaluation: { mode: 'squash' },
      logEvery: 1,
    }),
  )
})
afterAll(remove)

const train = (...more: string[]): string[] => ['train', project, '--recipe', recipe, ...more]
/** Sends a signal to the command when it first prints `words`. */
const stopAt = (words: RegExp, signal: NodeJS.Signals): Parameters<typeof relabel>[1] => {
  let stopped = false
  return (err, stop) => {
    if (stopped || !words.test(err)) return
    stopped = true
    stop(signal)
  }
}
const runDir = (id: string): string => join(project, 'runs', id)
const losses = (id: string): number[] =>
  readLog(join(runDir(id), 'metrics.jsonl')).flatMap(line => (line.type === 'step' ? [line.loss] : []))
const statuses = (): string[] => {
  const open = openProject(project, { readonly: true })
  const found = listRuns(open).map(run => run.status)
  open.close()
  return found
}

describe('relabel train', () => {
  it('trains, measures, compares and exports', async () => {
    const first = await relabel(train('--supervision', 'relabel', '--json'))
    expect(first.err).toMatch(/epoch 4\/4: loss .* validation: top-1/)
    expect(first.code).toBe(0)
    const report = json(first) as { run: string; steps: number; busy: number; val: { top1: number } }
    expect(report).toMatchObject({ run: 'r1', steps: 24 })
    expect(report.val.top1).toBeGreaterThan(0.6) // three colours; chance is 1/3

    const measured = await relabel(['evaluate', project, '--run', 'r1', '--json'])
    expect(measured.code).toBe(0)
    const { metrics } = json(measured) as { metrics: { top1: number; real: number; images: number } }
    expect(metrics.images).toBe(12)
    expect(metrics.top1).toBeGreaterThan(0.6)
    const again = await relabel([
      'evaluate',
      project,
      '--model',
      join(runDir('r1'), 'model.onnx'),
      '--split',
      'test',
      '--json',
    ])
    expect((json(again) as { metrics: object }).metrics).toEqual(metrics)

    const listed = json(await relabel(['runs', project, '--json'])) as object[]
    expect(listed).toMatchObject([
      { id: 'r1', status: 'done', supervision: 'relabel', split: 'test', metrics, toFirst: 0, toBest: 0 },
    ])
    expect((await relabel(['runs', project])).out).toMatch(/r1 +digits_student +relabel +done +4\/4 +test/)

    const out = join(dir, 'exported')
    expect((await relabel(['export', project, '--run', 'r1', '--out', out])).code).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['classes.json', 'model.json', 'model.onnx', 'model.safetensors'])
    expect((await readOnnx(join(out, 'model.onnx'))).metadata.get('classes')).toBe('["red","green","blue"]')
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(out, 'model.safetensors')))
    expect(metadata['classes']).toBe('["red","green","blue"]')
    expect(tensors.get('classifier.weight')?.shape).toEqual([3, 64])
    const refused = await relabel(['export', project, '--run', 'r1', '--out', out])
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/exists already.*--force/)])
    expect((await relabel(['export', project, '--run', 'r1', '--out', out, '--force'])).code).toBe(0)
  })

  it('goes on after a kill and after Ctrl-C with the losses of an undisturbed run', async () => {
    // Long enough to be stopped twice, also where what it prints is read late.
    const epochs = ['--epochs', '40', '--checkpoint-steps', '2']
    const options = ['--supervision', 'relabel', '--cutmix', '0.5', ...epochs]
    expect((await relabel(train(...options))).code).toBe(0)
    const straight = statuses().length
    await relabel(train(...options), stopAt(/epoch 2\/40/, 'SIGKILL'))
    const id = `r${straight + 1}`
    expect(statuses().at(-1)).toBe('running')
    const second = await relabel(['train', project, '--resume', id], stopAt(/epoch \d+\/40/, 'SIGINT'))
    expect([second.code, second.err]).toEqual([
      1,
      expect.stringMatching(new RegExp(`train .* --resume ${id}`)),
    ])
    expect(statuses().at(-1)).toBe('stopped')
    const other = await relabel(['train', project, '--resume', id, '--lr', '0.5'])
    expect([other.code, other.err]).toEqual([1, expect.stringMatching(/another configuration/)])
    expect(statuses().at(-1)).toBe('stopped')
    expect((await relabel(['train', project, '--resume', id])).code).toBe(0)
    expect(losses(id)).toHaveLength(240)
    expect(losses(id)).toEqual(losses(`r${straight}`))
    const done = await relabel(['train', project, '--resume', id])
    expect([done.code, done.err]).toEqual([2, expect.stringMatching(/finished/)])
  })

  it('fine-tunes an ONNX file', async () => {
    const file = join(runDir('r1'), 'model.onnx')
    const tuned = await relabel(
      train('--student', file, '--supervision', 'onehot', '--epochs', '1', '--json'),
    )
    expect(tuned.code).toBe(0)
    expect(existsSync((json(tuned) as { dir: string }).dir)).toBe(true)
  })

  it.each([
    [['--supervision', 'magic'], 2, /supervision/],
    [['--epochs', 'many'], 2, /--epochs takes a number/],
    [['--student', 'resnet17'], 2, /there is no student resnet17; choose one of resnet18/],
    [['--student', 'missing.onnx'], 1, /missing\.onnx/],
    [['--set', 'optimizer.nonsense=1'], 2, /nonsense/],
    [['--annotation', 'a9'], 1, /no annotation "a9"/],
    [['--train-split', 'night'], 1, /no split "night"/],
    [['--resume', 'r99'], 1, /no run "r99"/],
    [
      ['--lr', '1000', '--weight-decay', '10', '--optimizer', 'sgd', '--set', 'optimizer.decayAll=true'],
      1,
      /loss was \S+ in step/,
    ],
  ])('ends %j with code %i and says why', async (options, code, message) => {
    const ended = await relabel(train('--supervision', 'relabel', ...options))
    expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(message)])
  })
})

describe('relabel evaluate', () => {
  it('refuses what does not fit', async () => {
    const model = join(runDir('r1'), 'model.onnx')
    const cases: [string[], number, RegExp][] = [
      [['--run', 'r1', '--model', model], 2, /either/],
      [['--run', 'r1', '--split', 'none'], 1, /no split "none"/],
      [['--model', recipe], 1, /recipe\.json/],
    ]
    for (const [options, code, message] of cases) {
      const ended = await relabel(['evaluate', project, ...options])
      expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(message)])
    }
  })
})
