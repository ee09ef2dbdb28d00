/** The same annotation asked for again: what was left out and what is another file now is made, and nothing else. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSkipped } from '../../../../core/annotator/skipped.ts'
import { importImageFolder } from '../../../../core/dataset/import.ts'
import { openLabelMaps, verifyLabelMaps } from '../../../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { measuredCount, writeMeasures } from '../../../../core/project/browse/measures.ts'
import { findImage, listImages } from '../../../../core/project/images.ts'
import { createProject, type Project } from '../../../../core/project/project.ts'
import * as checking from '../../../../electron/tasks/annotate/check.ts'
import * as annotating from '../../../../electron/tasks/annotate/job.ts'
import { askOf, requestOf } from '../../../../electron/tasks/annotate/request.ts'
import { carryOn, findOrBegin } from '../../../../electron/tasks/annotate/steps.ts'
import type { RunChild } from '../../../../electron/tasks/process/child.ts'
import { writeImages, writeTiny } from '../../cli-run.ts'

let dir: string
let project: Project
const classes = ['cat', 'dog', 'owl']
const at = (...names: string[]): string => join(dir, 'images', ...names)

/** Runs the jobs in this process. */
const inProcess: RunChild = (name, config, options) => {
  const job = (name === 'annotate' ? annotating : checking) as {
    run(config: unknown, context: unknown): Promise<never>
  }
  const event = (data: unknown): void => options?.onEvent?.(structuredClone(data))
  return job.run(config, { signal: new AbortController().signal, progress() {}, warn() {}, event })
}

async function annotate(): Promise<annotating.AnnotateResult & { dir: string; id: string }> {
  const ask = askOf({
    model: join(dir, 'tiny.onnx'),
    classes: null,
    split: 'train',
    size: 32,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    resize: 'squash',
    topK: 2,
    batch: 4,
    logits: 'fp16',
    threads: 1,
    workers: 2,
    provider: null,
    acceptApproximation: false,
  })
  const request = await requestOf(project, ask)
  const row = await findOrBegin(project, request, ask, inProcess)
  return { ...(await carryOn(project, request, row, ask, inProcess)), dir: row.dir, id: row.id }
}

async function mapsOf(folder: string): Promise<Map<string, LabelMap>> {
  const reader = await openLabelMaps(folder)
  const maps = new Map(reader.keys().map(key => [key, reader.getSync(key)]))
  await reader.close()
  return maps
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-again-'))
  await writeImages(join(dir, 'images'), classes, 4)
  await writeTiny(join(dir, 'tiny.onnx'))
})
afterAll(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('relabel annotate, again', () => {
  let undisturbed: Map<string, LabelMap>
  beforeAll(async () => {
    project = createProject(join(dir, 'plain'), { classes: classes.map((name, index) => ({ index, name })) })
    await importImageFolder(project, { split: 'train', dir: at() })
    undisturbed = await mapsOf((await annotate()).dir)
    expect(undisturbed.size).toBe(12)
    project.close()
    project = createProject(join(dir, 'p'), { classes: classes.map((name, index) => ({ index, name })) })
  })

  it('makes the maps of images that were away, half copied, or unusable when they were imported', async () => {
    const [half, atImport] = [readFileSync(at('cat', '001.png')), readFileSync(at('owl', '002.png'))]
    writeFileSync(at('owl', '002.png'), '')
    await importImageFolder(project, { split: 'train', dir: at() })
    expect(listImages(project, { usable: true })).toHaveLength(11)
    renameSync(at('dog'), join(dir, 'away'))
    writeFileSync(at('cat', '001.png'), half.subarray(0, half.length / 2))

    const first = await annotate()
    expect(first).toMatchObject({ images: 11, annotated: 6, triedAgain: 0 })
    expect(first.skipped.map(({ key }) => key)).toEqual([
      'train/cat/001.png',
      ...[0, 1, 2, 3].map(i => `train/dog/00${i}.${i % 3 ? 'png' : 'jpg'}`),
    ])
    // A file that is bad and did not change is not tried again.
    expect(await annotate()).toMatchObject({ annotated: 0, triedAgain: 0, before: 11 })

    renameSync(join(dir, 'away'), at('dog'))
    expect(await annotate()).toMatchObject({
      annotated: 4,
      triedAgain: 4,
      skipped: [{ key: 'train/cat/001.png' }],
    })
    writeFileSync(at('cat', '001.png'), half)
    writeFileSync(at('owl', '002.png'), atImport)
    const last = await annotate()
    expect(last).toMatchObject({
      images: 12,
      annotated: 2,
      triedAgain: 1,
      replaced: 0,
      skipped: [],
      records: 12,
    })
    expect(await readSkipped(last.dir)).toEqual([])
    expect(await mapsOf(last.dir)).toEqual(undisturbed)
    expect(listImages(project, { usable: true })).toHaveLength(12)
    expect(await annotate()).toMatchObject({ annotated: 0, before: 12, skipped: [] })
  })

  it('makes the map of an image that is another one now, forgets what was measured of it, and leaves touched ones', async () => {
    const { dir: folder, id } = await annotate()
    const measures = { top: 0, confidence: 0.5, margin: 0.1, entropy: 0.5, listed: true }
    writeMeasures(
      project,
      id,
      listImages(project).map(({ id: image }) => ({ image, ...measures })),
    )
    const key = 'train/cat/002.png'
    copyFileSync(at('owl', '001.png'), at('cat', '002.png'))
    utimesSync(at('dog', '000.jpg'), 1e9, 1e9)
    expect(findImage(project, key)!.sha256).toMatch(/^[0-9a-f]{64}$/)

    expect(await annotate()).toMatchObject({ annotated: 1, replaced: 1, before: 11, records: 12 })
    const maps = await mapsOf(folder)
    expect(maps.get(key)).toEqual(undisturbed.get('train/owl/001.png'))
    for (const [other, map] of undisturbed) if (other !== key) expect(maps.get(other)).toEqual(map)
    expect(await verifyLabelMaps(folder)).toMatchObject({ ok: true, finished: true, count: 12, replaced: 1 })
    expect(measuredCount(project, id)).toBe(11)
    expect(findImage(project, key)).toMatchObject({ sha256: findImage(project, 'train/owl/001.png')!.sha256 })
    expect(findImage(project, 'train/dog/000.jpg')!.stamp).toEqual({
      size: statSync(at('dog', '000.jpg')).size,
      modified: 1e12,
    })
    expect(await annotate()).toMatchObject({ annotated: 0, replaced: 0, before: 12 })
  })

  it('makes nothing again for an annotation of version 0.1, whose project knows no file, but what is another one', async () => {
    project.db.exec('UPDATE images SET size = NULL, modified = NULL, sha256 = NULL')
    expect(await annotate()).toMatchObject({ annotated: 0, replaced: 0 })
    expect(listImages(project).every(({ stamp, sha256 }) => stamp && sha256)).toBe(true)
    project.db.exec('UPDATE images SET size = NULL, modified = NULL, sha256 = NULL')
    copyFileSync(at('owl', '002.png'), at('cat', '002.png'))
    expect(await annotate()).toMatchObject({ annotated: 1, replaced: 1 })
  })
})

it('keeps the map that there is where the image is away, and makes no further ones', async () => {
  mkdirSync(join(dir, 'elsewhere'))
  renameSync(at('owl'), join(dir, 'elsewhere', 'owl'))
  expect(await annotate()).toMatchObject({ annotated: 0, before: 12, skipped: [], records: 12 })
  renameSync(join(dir, 'elsewhere', 'owl'), at('owl'))
})
