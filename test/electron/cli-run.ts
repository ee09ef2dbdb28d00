/** Runs the real command line as a child process, and makes what it works on: a tiny classifier and tiny images. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { random } from '../../core/base/random.ts'
import { writeOnnx } from '../../core/graph/files/write.ts'
import { floatValue, modelOf, node } from '../../core/graph/node.ts'
import { floatTensor } from '../../core/graph/tensor.ts'
import type { Dim, Node, OnnxModel } from '../../core/graph/model.ts'

/** How a command ended. */
export interface CliResult {
  status: number | null
  stdout: string
  stderr: string
}

const cli = fileURLToPath(new URL('../../electron/cli.ts', import.meta.url))

/** Starts a command in a process group of its own. */
export function startCli(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [cli, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    detached: process.platform !== 'win32',
  })
}

/** Waits for a command's end and takes what it printed. */
export async function endOf(child: ChildProcess): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stdout, stderr }
}

/** Runs a command to its end. */
export const runCli = (...args: string[]): Promise<CliResult> => endOf(startCli(args))

/** Runs a command with `--json`; stdout must be one document and nothing else. */
export async function runJson(...args: string[]): Promise<CliResult & { json: never }> {
  const result = await runCli(...args, '--json')
  return { ...result, json: JSON.parse(result.stdout) as never }
}

/** A classifier of `classes` classes: Conv 3→8 (4×4, stride 4) → Relu → Conv 8→8 (2×2, stride 2) → Relu → pool → Gemm. */
export function tinyClassifier(
  classes: number,
  options: { input?: Dim[]; tail?: Node[]; output?: string } = {},
): OnnxModel {
  const draw = random(5)
  const weights = (...dims: number[]): ReturnType<typeof floatTensor> =>
    floatTensor(
      Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => draw.normal() * 0.4),
      dims,
    )
  const output = options.output ?? 'logits'
  return modelOf({
    name: 'tiny',
    nodes: [
      node('Conv', ['input', 'w1'], ['c1'], { kernel_shape: [4, 4], strides: [4, 4] }),
      node('Relu', ['c1'], ['r1']),
      node('Conv', ['r1', 'w2'], ['c2'], { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Relu', ['c2'], ['features']),
      ...(options.tail ?? [
        node('GlobalAveragePool', ['features'], ['pooled']),
        node('Flatten', ['pooled'], ['flat'], { axis: 1 }),
        node('Gemm', ['flat', 'w3', 'b3'], ['logits'], { transB: 1 }),
      ]),
    ],
    inputs: [floatValue('input', options.input ?? ['batch', 3, 'height', 'width'])],
    outputs: [floatValue(output, ['batch', classes])],
    values: [],
    initializers: new Map([
      ['w1', weights(8, 3, 4, 4)],
      ['w2', weights(8, 8, 2, 2)],
      ['w3', weights(classes, 8)],
      ['b3', weights(classes)],
    ]),
  })
}

/** Writes {@link tinyClassifier} to a file and returns its path. */
export async function writeTiny(file: string, classes = 3): Promise<string> {
  await writeOnnx(tinyClassifier(classes), file)
  return file
}

/** Writes an ImageFolder tree of noise images: `count` a class, of varying sizes and formats. */
export async function writeImages(dir: string, classes: readonly string[], count: number): Promise<void> {
  for (const [c, name] of classes.entries())
    for (let i = 0; i < count; i++) {
      const draw = random(c, i)
      const [width, height] = [40 + draw.int(60), 40 + draw.int(60)]
      const data = Buffer.from(Uint8Array.from({ length: width * height * 3 }, () => draw.int(256)))
      const file = join(dir, name, `${String(i).padStart(3, '0')}.${i % 3 === 0 ? 'jpg' : 'png'}`)
      mkdirSync(dirname(file), { recursive: true })
      await sharp(data, { raw: { width, height, channels: 3 } }).toFile(file)
    }
}
