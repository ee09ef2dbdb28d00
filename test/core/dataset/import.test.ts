/** Importing ImageFolder trees: order, classes, problems, truth. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importImageFolder } from '../../../core/dataset/import.ts'
import { listImages } from '../../../core/project/images.ts'
import { createProject, type Project } from '../../../core/project/project.ts'

let dir: string
let images: string
let project: Project
let png: Buffer
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-import-'))
  images = join(dir, 'images')
  mkdirSync(images)
  png = await sharp({ create: { width: 12, height: 8, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  project = createProject(join(dir, 'p'), {
    classes: ['cat', 'dog'].map((name, index) => ({ index, name })),
  })
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

function put(path: string, content: string | Buffer = png): void {
  mkdirSync(dirname(join(images, path)), { recursive: true })
  writeFileSync(join(images, path), content)
}

describe('importImageFolder', () => {
  it('lists images in order, with class and size, and problems with their reason', async () => {
    for (const path of ['dog/b.png', 'dog/deep/er/a.png', 'cat/10.png', 'cat/9.png', '.hidden/x.png'])
      put(path)
    put('cat/.DS_Store', 'x')
    put('cat/empty.png', '')
    put('cat/words.txt', 'no picture')
    put('owl/a.png')
    put('loose.png')
    symlinkSync('nowhere', join(images, 'cat', 'dangling.png'))
    symlinkSync('..', join(images, 'cat', 'loop'))
    const report = await importImageFolder(project, { split: 'train', dir: images })
    expect(
      listImages(project, { usable: true }).map(row => [row.path, row.label, row.width, row.height]),
    ).toEqual([
      ['cat/10.png', 0, 12, 8],
      ['cat/9.png', 0, 12, 8],
      ['dog/b.png', 1, 12, 8],
      ['dog/deep/er/a.png', 1, 12, 8],
    ])
    const reasons = Object.fromEntries(report.problems.map(({ path, reason }) => [path, reason]))
    expect(reasons).toMatchObject({
      'cat/dangling.png': 'the file does not exist',
      'cat/empty.png': 'the file is empty',
      'cat/words.txt': expect.stringMatching(/not an image/) as string,
      'loose.png': expect.stringMatching(/no class's folder/) as string,
      'owl/a.png': expect.stringMatching(/"owl" is named like no class/) as string,
    })
    expect(report).toMatchObject({ usable: 4, classes: [2, 2] })
  })

  it('does not walk in circles', async () => {
    put('cat/a.png')
    symlinkSync('.', join(images, 'cat', 'self'))
    const report = await importImageFolder(project, { split: 'train', dir: images })
    expect(report.images).toBe(1)
  })

  it('reads truth.jsonl', async () => {
    put('cat/a.png')
    put('dog/b.png')
    put(
      'truth.jsonl',
      [
        '{"image": "cat/a.png", "label": 0, "objects": [{"class": 1, "box": [0, 0, 4, 4]}, {"class": 0, "box": [2, 2, 9, 8]}]}',
        '',
        '{"image": "cat/gone.png", "objects": []}',
      ].join('\n'),
    )
    const report = await importImageFolder(project, { split: 'train', dir: images })
    const [a, b] = listImages(project)
    expect(a).toMatchObject({
      truth: [0, 1],
      boxes: [
        { class: 1, box: [0, 0, 4, 4] },
        { class: 0, box: [2, 2, 9, 8] },
      ],
    })
    expect(b).toMatchObject({ truth: null, boxes: null })
    expect(report.warnings).toEqual([expect.stringMatching(/1 images that are not in/)])
  })

  it.each([
    ['{"image": "cat/a.png", "objects": [{"class": 2}]}', /line 2: class 2 is none/],
    ['{"image": "cat/a.png", "objects": [{"class": 1, "box": [3, 0, 3, 1]}]}', /line 2: the box .* is empty/],
    ['{"image": "cat/a.png", "objects": [{"class": 1, "box": [3, 0, "x", 1]}]}', /line 2: a box must be/],
    ['{"image": 5}', /line 2: "image" or "objects" is missing/],
    ['{"image"', /line 2 is not valid JSON/],
  ])('names the line of truth.jsonl that is wrong: %s', async (line, message) => {
    put('cat/a.png')
    put('truth.jsonl', `{"image": "cat/a.png", "objects": []}\n${line}\n`)
    await expect(importImageFolder(project, { split: 'train', dir: images })).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(message) as string,
    })
    expect(listImages(project)).toEqual([])
  })

  it('refuses a folder that is missing, empty, without usable images, or of other classes', async () => {
    const call = (): Promise<unknown> => importImageFolder(project, { split: 'train', dir: images })
    await expect(call()).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/no images/) as string,
    })
    put('cat/a.png', '')
    await expect(call()).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/no usable images.*empty/) as string,
    })
    rmSync(join(images, 'cat'), { recursive: true })
    put('owl/a.png')
    await expect(call()).rejects.toMatchObject({
      code: 'mismatch',
      message: expect.stringMatching(/owl/) as string,
    })
    images = join(dir, 'nowhere')
    await expect(call()).rejects.toMatchObject({ code: 'not-found' })
  })

  it('says what a single class is good for', async () => {
    put('cat/a.png')
    const report = await importImageFolder(project, { split: 'train', dir: images })
    expect(report.warnings).toEqual([expect.stringMatching(/one class.*cannot be trained/)])
  })

  it('can be stopped, and adds nothing then', async () => {
    for (let i = 0; i < 50; i++) put(`cat/${i}.png`)
    const controller = new AbortController()
    const stopped = importImageFolder(project, {
      split: 'train',
      dir: images,
      signal: controller.signal,
      onProgress: done => done === 3 && controller.abort(),
    })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    expect(listImages(project)).toEqual([])
  })
})
