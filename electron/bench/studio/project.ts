/** A project as large as ImageNet without its files: keys, labels, measures and reviews with realistic distributions. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { random, type Random } from '../../../core/base/random.ts'
import { addAnnotation, updateAnnotation, writeSure } from '../../../core/project/annotations.ts'
import { useAnnotation, writeMeasures, type MeasuresRow } from '../../../core/project/browse/measures.ts'
import { markReview } from '../../../core/project/browse/review.ts'
import { addImages, addSplit } from '../../../core/project/images.ts'
import { createProject } from '../../../core/project/project.ts'

/** Images of ImageNet's training set. */
const imageNetImages = 1_281_167

export interface StudioProjectOptions {
  /** Default: as many as ImageNet's training set has. */
  images?: number
  classes?: number
  /** Images without a label; default: one of 200. */
  unlabelled?: number
}

/** Creates the project in `cache` once; later calls reuse it. Returns its folder. */
export async function makeStudioProject(cache: string, options: StudioProjectOptions = {}): Promise<string> {
  const { images = imageNetImages, classes = 1000, unlabelled = 1 / 200 } = options
  const dir = join(cache, `studio-${images}-${classes}-${unlabelled}`)
  if (existsSync(dir)) return dir
  const draft = `${dir}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const project = createProject(draft, {
    name: `${images.toLocaleString('en')} images`,
    classes: Array.from({ length: classes }, (_, index) => ({
      index,
      name: `class ${index}`,
      wnid: folderOf(index),
    })),
  })
  try {
    addSplit(project, 'train', join(draft, 'images'))
    const labels = new Int32Array(images)
    const rows = Array.from({ length: images }, (_, index) => {
      const folder = Math.floor((index * classes) / images)
      const label = random(1, index).next() < unlabelled ? null : folder
      labels[index] = label ?? -1
      return {
        path: `${folderOf(folder)}/${folderOf(folder)}_${String(index).padStart(7, '0')}.JPEG`,
        label,
        width: 500,
        height: 375,
        problem: index % 50_021 === 7 ? 'the file is truncated' : null,
      }
    })
    addImages(project, 'train', rows)
    const { id } = addAnnotation(project, { config: { bench: true } })
    const draw = random(2)
    for (let first = 0; first < images; first += 20_000) {
      const batch: MeasuresRow[] = []
      for (let index = first; index < Math.min(images, first + 20_000); index++)
        if (index % 50_021 !== 7) batch.push(factsOf(index + 1, labels[index]!, classes, draw))
      writeMeasures(project, id, batch)
    }
    updateAnnotation(project, id, { status: 'done' })
    writeSure(project, id, 30)
    await useAnnotation(project, id)
    const marked = (every: number, from: number): number[] =>
      Array.from({ length: Math.floor(images / every) }, (_, index) => index * every + from).filter(
        image => image >= 1 && image <= images,
      )
    markReview(project, { ids: marked(60, 1) }, 'accepted')
    markReview(project, { ids: marked(400, 7) }, 'fixed')
    markReview(project, { ids: marked(5000, 3) }, 'flagged')
  } finally {
    project.close()
  }
  renameSync(draft, dir)
  return dir
}

const folderOf = (index: number): string => `n${String(1_440_764 + index * 13_337).padStart(8, '0')}`

/** Four of five maps agree with the label; those have a higher confidence. */
function factsOf(image: number, label: number, classes: number, draw: Random): MeasuresRow {
  const agrees = label >= 0 && draw.next() < 0.8
  const top = agrees ? label : draw.int(classes)
  const confidence = agrees ? 1 - draw.next() ** 2 * 0.8 : 0.1 + draw.next() * 0.7
  const margin = confidence * (0.3 + 0.7 * draw.next())
  return {
    image,
    top,
    confidence,
    margin,
    entropy: (1 - confidence) * (0.3 + 0.6 * draw.next()),
    listed: label < 0 ? null : agrees || top === label || draw.next() < 0.6,
  }
}
