/** Measures annotating end to end through the job: images per second, and the share of time in inference. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { modelHash } from '../../core/annotator/model-hash.ts'
import type { Preprocessing } from '../../core/annotator/preprocess.ts'
import { random } from '../../core/base/random.ts'
import { classesOfFolders } from '../../core/dataset/class-file.ts'
import { importImageFolder } from '../../core/dataset/import.ts'
import { classFolders } from '../../core/dataset/scan.ts'
import { writeOnnx } from '../../core/graph/files/write.ts'
import { buildStudent } from '../../core/graph/students/index.ts'
import { encodeJpeg } from '../../core/image/encode.ts'
import { addAnnotation } from '../../core/project/annotations.ts'
import { createProject } from '../../core/project/project.ts'
import type { AnnotateConfig, AnnotateResult } from '../tasks/annotate/job.ts'
import type { CheckConfig, CheckResult } from '../tasks/annotate/check.ts'
import { runJob } from '../tasks/process/run-job.ts'

/** What to measure; by default a MobileNet v2 with initial weights on generated photographs. */
export interface AnnotateBenchOptions {
  /** An ONNX classifier. */
  model?: string
  /** An ImageFolder tree. */
  images?: string
  size?: number
  topK?: number
  batch?: number
  mean?: [number, number, number]
  std?: [number, number, number]
  /** Number of generated images; default 96. */
  count?: number
}

/** Figures of one run. */
export interface AnnotateBench {
  images: number
  /** Side of the input, pixels. */
  size: number
  classes: number
  /** Images per second, end to end. */
  rate: number
  /** Share of time in inference, 0…1. */
  busy: number
  bytesAMap: number
  seconds: number
}

/** JPEG files of the size of ImageNet photographs, with structure at several scales. */
async function writePhotographs(dir: string, count: number): Promise<void> {
  const [width, height] = [500, 375]
  for (const name of ['a', 'b']) mkdirSync(join(dir, name), { recursive: true })
  for (let i = 0; i < count; i++) {
    const draw = random(3, i)
    const waves = Array.from({ length: 12 }, () => [
      draw.uniform(0, 0.3) ** 2,
      draw.uniform(0, 0.3) ** 2,
      draw.uniform(0, 6.3),
      draw.uniform(5, 25),
    ])
    const pixels = new Uint8Array(width * height * 3)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let value = 128
        for (const [fx = 0, fy = 0, phase = 0, strength = 0] of waves)
          value += strength * Math.sin(x * fx * 6 + y * fy * 6 + phase)
        const noise = draw.uniform(-12, 12)
        for (let c = 0; c < 3; c++)
          pixels[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, value + noise + 20 * (c - 1)))
      }
    writeFileSync(join(dir, i % 2 ? 'a' : 'b', `${i}.jpg`), await encodeJpeg(pixels, width, height))
  }
}

/** Annotates a temporary project and reports; resolves after all temporary files are removed. */
export async function benchAnnotate(options: AnnotateBenchOptions = {}): Promise<AnnotateBench> {
  const { size = 480, topK = 5, batch = 8, count = 96 } = options
  const dir = mkdtempSync(join(tmpdir(), 'relabel-bench-'))
  try {
    let { model, images } = options
    if (!model) {
      model = join(dir, 'mobilenet_v2.onnx')
      await writeOnnx(buildStudent('mobilenet_v2', { classes: 1000, input: [3, 224, 224], seed: 1 }), model)
    }
    if (!images) {
      images = join(dir, 'images')
      await writePhotographs(images, count)
    }
    const preprocessing: Preprocessing = {
      size,
      resize: 'squash',
      mean: options.mean ?? [0.5, 0.5, 0.5],
      std: options.std ?? [0.5, 0.5, 0.5],
    }
    return await measure(join(dir, 'project'), images, { model: resolve(model), preprocessing, topK, batch })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function measure(
  dir: string,
  images: string,
  { model, preprocessing, topK, batch }: CheckConfig & { topK: number; batch: number },
): Promise<AnnotateBench> {
  const project = createProject(dir, { classes: classesOfFolders(await classFolders(images)) })
  try {
    await importImageFolder(project, { split: 'train', dir: images })
    const check: CheckConfig = { model, preprocessing, batch }
    const { report, error, stride, ...fitting } = await runJob<CheckResult>('check-annotator', check)
    const classes = Array.from({ length: report.classes }, (_, index) => ({ index, name: `class ${index}` }))
    const config: AnnotateConfig = {
      project: project.dir,
      split: 'train',
      dir: addAnnotation(project, { config: {} }).dir,
      model,
      manifest: {
        format: 'relabel-label-maps',
        version: 1,
        logits: 'fp16',
        topK: Math.min(topK, report.classes),
        fill: 0,
        annotator: {
          file: 'bench.onnx',
          sha256: await modelHash(model),
          surgery: { head: report.head, error },
        },
        preprocessing: {
          resize: preprocessing.resize,
          height: preprocessing.size,
          width: preprocessing.size,
          mean: preprocessing.mean,
          std: preprocessing.std,
        },
        classes,
        program: 'bench',
        created: new Date().toISOString(),
      },
      preprocessing,
      stride,
      batch: fitting.batch,
      ...(fitting.fixedBatch ? { fixedBatch: fitting.fixedBatch } : {}),
      engine: {},
    }
    const result = await runJob<AnnotateResult>('annotate', config)
    return {
      images: result.annotated,
      size: preprocessing.size,
      classes: report.classes,
      rate: result.annotated / result.seconds,
      busy: result.busy,
      bytesAMap: result.bytes / result.records,
      seconds: result.seconds,
    }
  } finally {
    project.close()
  }
}
