/** The public face: what a script imports from `core/index.ts` does the main job's parts on plain data. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as relabel from '../../core/index.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'relabel-index-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('the public face', () => {
  it('offers what the documentation promises', () => {
    const promised = [
      'RelabelError',
      'roiAlign',
      'poolLabelMap',
      'cutmixBox',
      'readTorchLabelMap',
      'readOnnx',
      'writeOnnx',
      'toAnnotator',
      'openLabelMaps',
      'createTrainer',
    ]
    for (const name of promised) expect(relabel, name).toHaveProperty(name, expect.any(Function))
  })

  it('pools a uniform map to the numbers that can be checked by hand', () => {
    // Five classes with logits 10, 8, 6, 4, 2 and 995 with 0: p_k = e^z_k / (Σ e^z + 995).
    const [K, H, W] = [5, 15, 15]
    const ids = Uint16Array.from({ length: K * H * W }, (_, i) => Math.floor(i / (H * W)))
    const logits = Float32Array.from(ids, k => 10 - 2 * k)
    const map: relabel.LabelMap = { shape: [K, H, W], ids, logits }
    const size = { height: 300, width: 400 }
    const crop = { top: 40, left: 100, height: 120, width: 90 }
    const { probabilities } = relabel.poolLabelMap(map, crop, size, { classes: 1000 })
    const total = [10, 8, 6, 4, 2].reduce((sum, z) => sum + Math.exp(z), 995)
    ;[10, 8, 6, 4, 2].forEach((z, k) => expect(probabilities[k]).toBeCloseTo(Math.exp(z) / total, 6))
    expect(probabilities[0]).toBeCloseTo(0.832197, 6)
  })

  it('trains a student, writes it, reads it again and turns it into an annotator', async () => {
    const input: [number, number, number] = [3, 16, 16]
    const student = relabel.buildPlain({ channels: [8, 8], strides: [2, 1], classes: 3, input, seed: 1 })
    const trainer = await relabel.createTrainer(student, {
      batch: 6,
      input,
      classes: 3,
      optimizer: { kind: 'adamw', weightDecay: 0.01 },
    })
    // Three colours, two images each.
    const images = new Float32Array(6 * 3 * 256)
    const targets = new Float32Array(6 * 3)
    for (let i = 0; i < 6; i++) {
      images.fill(1 + i / 10, (i * 3 + (i % 3)) * 256, (i * 3 + (i % 3) + 1) * 256)
      targets[i * 3 + (i % 3)] = 1
    }
    const losses: number[] = []
    for (let step = 0; step < 30; step++) losses.push((await trainer.step(images, targets, 0.02)).loss)
    expect(losses.at(-1)).toBeLessThan(0.2 * (losses[0] as number))

    const path = join(dir, 'student.onnx')
    await relabel.writeOnnx(trainer.model(), path)
    await trainer.close()
    const { model, report } = relabel.toAnnotator(await relabel.readOnnx(path))
    expect(report).toMatchObject({
      head: 'GlobalAveragePool → Flatten → Gemm',
      classes: 3,
      features: 8,
      exact: true,
    })
    const session = await relabel.openSession(model)
    const maps = await session.run({ images: { shape: [6, 3, 16, 16], data: images } })
    await session.close()
    const [dense] = Object.values(maps)
    expect(dense?.shape).toEqual([6, 3, 8, 8])
    const first = relabel.topK(dense!.data.subarray(0, 3 * 64), [3, 8, 8], 1)
    // Most cells of the first image say its colour.
    expect(first.ids.filter(id => id === 0).length).toBeGreaterThan(32)
  })

  it('refuses what is not a label map', () => {
    expect(() => relabel.readTorchLabelMap(new Uint8Array([1, 2, 3]))).toThrow(relabel.RelabelError)
  })
})
