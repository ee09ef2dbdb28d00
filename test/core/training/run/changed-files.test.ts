/** Training and evaluation leave out what is another file than was imported or annotated, and nothing else. */
import { copyFileSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashFile } from '../../../../core/base/files/stamp.ts'
import { importImageFolder } from '../../../../core/dataset/import.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { createLabelMapWriter } from '../../../../core/labelmap/files/index.ts'
import { addAnnotation, getAnnotation, updateAnnotation } from '../../../../core/project/annotations.ts'
import { rememberFiles } from '../../../../core/project/image-files.ts'
import { findImage, listImages } from '../../../../core/project/images.ts'
import { createProject, type Project } from '../../../../core/project/project.ts'
import { createSnapshot, readSnapshot } from '../../../../core/project/snapshots.ts'
import { openLoader } from '../../../../core/training/loader/index.ts'
import { evaluateModel } from '../../../../core/training/measure/evaluate-model.ts'
import { annotationInput, snapshotImages } from '../../../../core/training/run/from-project.ts'
import { prepareRun } from '../../../../core/training/run/prepare.ts'
import type { TrainingImage } from '../../../../core/training/sample/image-set.ts'
import type { Skipped } from '../../../../core/contract/skipped.ts'
import {
  colourManifest,
  colourMap,
  temporaryFolder,
  tinyRecipe,
  tinyStudent,
  writeImages,
} from '../fixture.ts'

const { dir, remove } = temporaryFolder()
const folder = join(dir, 'images')
let originals: { file: string; bytes: Buffer }[]
let images: TrainingImage[]
let project: Project
let count = 0

beforeAll(async () => {
  images = await writeImages(folder, 16)
  originals = images.map(({ file }) => ({ file, bytes: readFileSync(file) }))
})
afterAll(remove)

/** A project whose images were all annotated; the files' time is that of then. */
beforeEach(async () => {
  for (const { file, bytes } of originals) {
    writeFileSync(file, bytes)
    utimesSync(file, 1e9, 1e9)
  }
  project = createProject(join(dir, `project${count++}`), {
    classes: ['red', 'green', 'blue'].map((name, index) => ({ index, name })),
  })
  await importImageFolder(
    { ...project, classes: ['0', '1', '2'].map((name, index) => ({ index, name })) },
    { split: 'train', dir: folder },
  )
  const made = addAnnotation(project, { config: {} })
  await annotate(images)
  updateAnnotation(project, made.id, { status: 'done' })
  return () => project.close()
})

/** What `relabel annotate` does with images. */
async function annotate(some: readonly TrainingImage[]): Promise<void> {
  const { dir: maps } = getAnnotation(project, 'a1')
  const writer = await createLabelMapWriter(maps, { manifest: colourManifest(), logits: 'fp16' })
  for (const [i, { key, label, file }] of some.entries()) {
    const { sha256, stamp } = (await hashFile(file))!
    await writer.append(key, colourMap(label!, i), { imageHash: sha256, replace: true })
    const { id, width, height } = findImage(project, key)!
    rememberFiles(project, [{ id, width, height, problem: null, stamp, sha256 }])
  }
  await writer.finish()
}

type Supervision = 'onehot' | 'relabel'
/** With the label maps in memory, and with them in their shards. */
const ways = [
  ['onehot', 100],
  ['relabel', 100],
  ['relabel', 0],
] as const

/** What a run leaves out, after one epoch. */
async function leftOut(supervision: Supervision, memoryMb: number): Promise<Skipped[]> {
  const snapshot = readSnapshot(project, createSnapshot(project, { splits: ['train'], annotation: 'a1' }))
  const { bySplit, files } = await snapshotImages(project, snapshot, { maps: supervision === 'relabel' })
  rememberFiles(project, files)
  const recipe = tinyRecipe({ supervision, valSplit: null, batch: 4, cache: { memoryMb } })
  const { setup } = await prepareRun({
    recipe,
    classes: ['red', 'green', 'blue'],
    train: bySplit.get('train')!,
    val: [],
    resume: false,
    annotation: supervision === 'relabel' ? await annotationInput(project, 'a1') : undefined,
    cacheDir: join(project.dir, 'cache'),
    dir: join(dir, 'run'),
    model: tinyStudent(),
  })
  const loader = openLoader({
    recipe,
    mode: 'train',
    set: setup.set,
    pixels: setup.pixels,
    maps: setup.maps,
    classes: 3,
  })
  try {
    loader.start(0, 0, 1)
    for (let batch = await loader.next(); batch; batch = await loader.next()) loader.release(batch)
    return [...setup.set.skipped, ...loader.skipped]
  } finally {
    await loader.close()
  }
}

/** Puts another image of the same width, height and size in bytes in the place of one. */
function replace(index: number): void {
  const bytes = Buffer.from(originals[index]!.bytes)
  const other = originals[index + 9]!.bytes
  // A text behind the picture makes both of one size; the decoder passes it over.
  const size = Math.max(bytes.length, other.length)
  writeFileSync(images[index]!.file, Buffer.concat([other, Buffer.alloc(size)], size))
}

describe.each(ways)('%s with %s MB', (supervision, memoryMb) => {
  it('leaves nothing out where nothing changed, or files were touched, and remembers their time', async () => {
    expect(await leftOut(supervision, memoryMb)).toEqual([])
    utimesSync(images[2]!.file, 1.5e9, 1.5e9)
    expect(await leftOut(supervision, memoryMb)).toEqual([])
    expect(findImage(project, images[2]!.key)!.stamp!.modified).toBe(1.5e12)
  })

  it('leaves out another file in the place of an image, and says what to do', async () => {
    replace(3)
    const skipped = await leftOut(supervision, memoryMb)
    expect(skipped).toEqual([
      {
        key: images[3]!.key,
        reason: expect.stringMatching(/another one than was imported.*relabel annotate/) as string,
      },
    ])
    expect(await leftOut(supervision, memoryMb)).toEqual(skipped)
  })

  it('takes it where it was annotated since', async () => {
    replace(3)
    await annotate([images[3]!])
    expect(await leftOut(supervision, memoryMb)).toEqual([])
  })

  it('takes it where it was only imported since, but for a label map of the file before', async () => {
    replace(3)
    await importImageFolder(
      { ...project, classes: ['0', '1', '2'].map((name, index) => ({ index, name })) },
      { split: 'train', dir: folder },
    )
    const reason: unknown = expect.stringMatching(/of an earlier file.*relabel annotate/)
    expect(await leftOut(supervision, memoryMb)).toEqual(
      supervision === 'onehot' ? [] : [{ key: images[3]!.key, reason }],
    )
  })

  it('leaves out a file that is away, and takes it when it is back', async () => {
    renameSync(images[5]!.file, join(dir, 'away'))
    expect(await leftOut(supervision, memoryMb)).toEqual([
      { key: images[5]!.key, reason: 'the file does not exist' },
    ])
    renameSync(join(dir, 'away'), images[5]!.file)
    expect(await leftOut(supervision, memoryMb)).toEqual([])
  })

  it('compares with the label maps alone in a project of version 0.1, which knows no file', async () => {
    project.db.exec('UPDATE images SET size = NULL, modified = NULL, sha256 = NULL')
    expect(await leftOut(supervision, memoryMb)).toEqual([])
    project.db.exec('UPDATE images SET size = NULL, modified = NULL, sha256 = NULL')
    replace(3)
    const reason: unknown = expect.stringMatching(/of an earlier file/)
    expect(await leftOut(supervision, memoryMb)).toEqual(
      supervision === 'onehot' ? [] : [{ key: images[3]!.key, reason }],
    )
  })
})

it('an evaluation leaves the same out, and takes images that came back', async () => {
  const model = join(dir, 'student.onnx')
  writeFileSync(model, encodeModel(tinyStudent()))
  replace(3)
  utimesSync(images[2]!.file, 1.5e9, 1.5e9)
  const whole = images[4]!
  const { id } = findImage(project, whole.key)!
  rememberFiles(project, [
    { id, stamp: null, sha256: null, width: 0, height: 0, problem: 'the file is empty' },
  ])
  const measure = async () => {
    let seen = 0
    const report = await evaluateModel(
      project,
      { model, split: 'train', recipe: { size: 12, workers: 1 } },
      { onAnswer: () => seen++, onFiles: files => rememberFiles(project, files) },
    )
    return { seen, skipped: report.skipped }
  }
  const first = await measure()
  expect(first).toEqual({
    seen: 15,
    skipped: [
      { key: images[3]!.key, reason: expect.stringMatching(/another one than was imported/) as string },
    ],
  })
  expect(findImage(project, whole.key)).toMatchObject({
    problem: null,
    width: whole.width,
    height: whole.height,
  })
  expect(findImage(project, images[2]!.key)!.stamp!.modified).toBe(1.5e12)
  expect(listImages(project, { usable: true })).toHaveLength(16)
  copyFileSync(images[4]!.file, images[7]!.file)
  expect((await measure()).skipped.map(({ key }) => key)).toEqual([images[3]!.key, images[7]!.key])
})
