/**
 * A project of three photographs with real label maps of 15×15 cells and 1000 classes: quails, a husky that its map does
 * not know, and an oxcart with oxen. The photographs are the shared ones, made small; without these, pictures of noise.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import type { Manifest } from '../../core/contract/manifest.ts'
import { createLabelMapWriter } from '../../core/labelmap/files/index.ts'
import { addAnnotation, updateAnnotation } from '../../core/project/annotations.ts'
import { addImages, addSplit, listImages } from '../../core/project/images.ts'
import { createProject } from '../../core/project/project.ts'
import { startQueue } from '../electron/backend/queue/start-queue.ts'
import { sharedFile } from '../shared.ts'
import { finish } from './template.ts'

interface Stored {
  classes: number
  /** By class. */
  names: Record<string, string>
  photos: {
    file: string
    label: number
    /** Of the picture, made small: width by height. */
    size: [width: number, height: number]
    shape: [K: number, H: number, W: number]
    ids: number[]
    logits: number[]
  }[]
}
const stored = JSON.parse(
  readFileSync(new URL('../fixtures/photo-maps.json', import.meta.url), 'utf8'),
) as Stored

/** What they are called in tests, in the order of their ids, from 1 on. */
export const photographs = ['quail', 'husky', 'oxcart'] as const

const manifest: Manifest = {
  format: 'relabel-label-maps',
  version: 1,
  logits: 'fp16',
  topK: 5,
  fill: 0,
  annotator: { file: 'mobilenet.onnx', sha256: '0'.repeat(64), surgery: { head: 'Gemm', error: 1e-7 } },
  preprocessing: { resize: 'squash', height: 480, width: 480, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  classes: Array.from({ length: stored.classes }, (_, index) => ({
    index,
    name: stored.names[index] ?? `class ${index}`,
  })),
  program: '0.0.0',
  created: '2025-01-01T00:00:00.000Z',
}

async function writePicture(file: string, [width, height]: [number, number], to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true })
  const photograph = sharedFile(`data/imagenet-samples/${file}`)
  const picture = photograph
    ? sharp(photograph).resize(width, height, { fit: 'fill' })
    : sharp({
        create: {
          width,
          height,
          channels: 3,
          background: '#808080',
          noise: { type: 'gaussian', mean: 128, sigma: 30 },
        },
      })
  await picture.jpeg().toFile(to)
}

/** Makes it in `dir`; gives its folder. */
export async function photographProject(dir: string): Promise<string> {
  const [folder, pictures] = [join(dir, 'photographs'), join(dir, 'pictures')]
  for (const { file, size } of stored.photos) await writePicture(file, size, join(pictures, file))
  const project = createProject(folder, { name: 'Photographs', classes: manifest.classes })
  addSplit(project, 'train', pictures)
  addImages(
    project,
    'train',
    stored.photos.map(({ file, label, size: [width, height] }) => ({ path: file, label, width, height })),
  )
  const { id, dir: maps } = addAnnotation(project, { config: { split: 'train' }, manifest })
  const writer = await createLabelMapWriter(maps, { manifest, logits: 'fp16' })
  const keys = listImages(project).map(({ key }) => key)
  for (const { file, shape, ids, logits } of stored.photos)
    await writer.append(
      keys.find(key => key.endsWith(file))!,
      {
        shape,
        ids: Uint16Array.from(ids),
        logits: Float32Array.from(logits),
      },
    )
  await writer.finish()
  updateAnnotation(project, id, { status: 'done' })
  // Measured, because from then on classes that are sure in one place are drawn as well.
  const queue = startQueue({ project, emit: () => {} })
  await finish(queue, { kind: 'score', annotation: id })
  await queue.close()
  project.close()
  return folder
}
