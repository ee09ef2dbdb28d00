/** The tiny data set with an annotation: label maps on disk, and the annotator that answers on crops. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel } from '../../../core/graph/onnx/encode.ts'
import { classMapOf } from '../../../core/labelmap/class-map.ts'
import { createLabelMapWriter } from '../../../core/labelmap/files/index.ts'
import type { AnnotationInput } from '../../../core/training/run/annotation.ts'
import type { TrainingImage } from '../../../core/training/sample/image-set.ts'
import { colourManifest, colourMap, tinyStudent, writeImages } from './fixture.ts'

/** The project's classes. */
export const colours = ['red', 'green', 'blue']

/** Images, what an annotator said of them, and its file. */
export interface AnnotatedSet {
  images: TrainingImage[]
  annotation: AnnotationInput
  annotator: string
}

/** Writes 30 images; the last has no map, and the annotator is of another opinion about images 3 and 6 (both class 0). */
export async function annotatedImages(dir: string): Promise<AnnotatedSet> {
  const images = await writeImages(join(dir, 'images'), 30)
  const maps = join(dir, 'maps')
  const writer = await createLabelMapWriter(maps, { manifest: colourManifest(), logits: 'fp16' })
  for (const [i, { key, label }] of images.entries())
    if (i < 29) await writer.append(key, colourMap(i === 3 || i === 6 ? 1 : label!, i))
  await writer.finish()
  const annotator = join(dir, 'annotator.onnx')
  writeFileSync(annotator, encodeModel(tinyStudent(4)))
  const sha256 = createHash('sha256').update(readFileSync(annotator)).digest('hex')
  const annotation: AnnotationInput = {
    id: 'a1',
    dir: maps,
    fill: 0,
    annotator: { file: 'annotator.onnx', sha256 },
    // The annotator has a fourth class, which the project does not know.
    classMap: classMapOf([0, 1, 2, -1], 3),
    classes: ['red', 'green', 'blue', 'sky'],
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  }
  return { images, annotation, annotator }
}
