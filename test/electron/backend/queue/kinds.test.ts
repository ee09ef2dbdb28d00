/** What the kinds of jobs give: measures, answers, comparisons, exported files, and imports of whatever a folder holds. */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job, JobRequest } from '../../../../core/contract/api/jobs.ts'
import { openSession } from '../../../../core/engine/session.ts'
import { readOnnx } from '../../../../core/graph/files/read.ts'
import { decodeSafetensors } from '../../../../core/graph/safetensors.ts'
import { openLabelMaps } from '../../../../core/labelmap/files/index.ts'
import { matchClasses } from '../../../../core/labelmap/match-classes.ts'
import { createTargetScratch, globalTarget } from '../../../../core/pooling/target.ts'
import { getAnnotation, writeSure } from '../../../../core/project/annotations.ts'
import { findImage, listImages } from '../../../../core/project/images.ts'
import { openProject, type Project } from '../../../../core/project/project.ts'
import { getRun } from '../../../../core/project/runs.ts'
import { readPredictions } from '../../../../electron/tasks/evaluate/predictions.ts'
import { annotationInfo } from '../../../../electron/backend/info.ts'
import { runsCompare } from '../../../../electron/backend/handlers/compare-runs.ts'
import { runsCurves } from '../../../../electron/backend/handlers/run-curves.ts'
import { runsGet, runsList } from '../../../../electron/backend/handlers/describe-runs.ts'
import type { JobQueue } from '../../../../electron/backend/queue/index.ts'
import { startQueue } from './start-queue.ts'
import { annotating, makeTemplate, training, type Template } from './studio.ts'

let template: Template
let project: Project
let queue: JobQueue
beforeAll(async () => {
  template = await makeTemplate()
  project = openProject(template.copy())
  queue = startQueue({ project, emit: () => {} })
})
afterAll(async () => {
  await queue.close()
  project.close()
  template.remove()
})

async function done(request: JobRequest): Promise<Job> {
  const { id } = queue.add(request)
  await queue.idle()
  const job = queue.get(id)
  if (job.state !== 'done') throw new Error(JSON.stringify(job))
  return job
}

describe('measures', () => {
  it('are those of the label maps, computed directly', async () => {
    await done(annotating())
    const reader = await openLabelMaps(getAnnotation(project, 'a1').dir)
    const classMap = matchClasses(reader.manifest.classes, project.classes)
    const scratch = createTargetScratch(classMap)
    const rows = project.db
      .prepare<[], Record<string, number>>('SELECT * FROM facts WHERE annotation = 1')
      .all()
    expect(rows).toHaveLength(40)
    const byId = new Map(rows.map(row => [row['image'], row]))
    for (const key of reader.keys()) {
      const image = findImage(project, key)!
      const map = reader.getSync(key)
      const target = new Float32Array(10)
      globalTarget(map, target, scratch)
      const sorted = [...target].sort((a, b) => b - a)
      const row = byId.get(image.id)!
      expect(row['top']).toBe(target.indexOf(sorted[0]!))
      expect(row['confidence']).toBeCloseTo(sorted[0]!, 6)
      expect(row['margin']).toBeCloseTo(sorted[0]! - sorted[1]!, 6)
      const entropy = -[...target].reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0) / Math.log(10)
      expect(row['entropy']).toBeCloseTo(entropy, 6)
      expect(row['listed']).toBe([...map.ids].includes(image.label!) ? 1 : 0)
    }
    await reader.close()
    const again = await done({ kind: 'score', annotation: 'a1' })
    expect(again.result).toMatchObject({ scored: 0, before: 40 })
  })

  it('say from which logit on a cell is sure; an annotation without it is measured when it is opened', async () => {
    const reader = await openLabelMaps(getAnnotation(project, 'a1').dir)
    const leading = reader.keys().flatMap(key => {
      const { shape, logits } = reader.getSync(key)
      return [...logits.subarray(0, shape[1] * shape[2])]
    })
    await reader.close()
    leading.sort((a, b) => a - b)
    const rank = 0.97 * (leading.length - 1)
    const [below, above] = [leading[Math.floor(rank)]!, leading[Math.ceil(rank)]!]
    const sure = below + (above - below) * (rank - Math.floor(rank))
    expect(annotationInfo(project, getAnnotation(project, 'a1')).sure).toBeCloseTo(sure, 9)
    writeSure(project, 'a1', null)
    await queue.close()
    queue = startQueue({ project, emit: () => {} })
    expect(queue.list().at(-1)).toMatchObject({ kind: 'score', state: 'queued' })
    await queue.idle()
    expect(getAnnotation(project, 'a1').sure).toBeCloseTo(sure, 9)
  })
})

describe('runs', () => {
  it('leave answers that add up to their figures and can be compared', async () => {
    await done(training({ epochs: 8 }))
    await done(training({ epochs: 8, supervision: 'relabel' }))
    const list = runsList(project)
    expect(list).toMatchObject([
      {
        id: 'r1',
        status: 'done',
        annotation: null,
        evaluated: ['test', 'val'],
        split: 'test',
        measure: 'real',
      },
      { id: 'r2', status: 'done', annotation: 'a1', evaluated: ['test', 'val'], toFirst: expect.any(Number) },
    ])
    for (const { id, metrics } of list) {
      const { keys, labels, truth, answers } = readPredictions(getRun(project, id).dir, id, 'test')
      expect([...keys].sort()).toEqual(
        listImages(project, { split: 'test' })
          .map(image => image.key)
          .sort(),
      )
      const share = (right: boolean[]): number => right.filter(Boolean).length / right.length
      expect(share(answers.map((answer, i) => answer === labels[i]))).toBeCloseTo(metrics!.top1!, 9)
      expect(share(answers.map((answer, i) => truth[i]!.includes(answer)))).toBeCloseTo(metrics!.real!, 9)
    }
    const comparison = runsCompare(project, { base: 'r1', other: 'r2', split: 'test' })
    const { both, base, other, neither } = comparison.agreement
    expect(both + base + other + neither).toBe(20)
    expect((both + base) / 20).toBeCloseTo(list[0]!.metrics!.real!, 9)
    expect((both + other) / 20).toBeCloseTo(list[1]!.metrics!.real!, 9)
    for (const side of ['base', 'other'] as const)
      for (const { class: of, images, ...shares } of comparison.classes) {
        const cells = comparison.confusion[side].filter(([from]) => from === of)
        expect(cells.reduce((sum, [, , n]) => sum + n, 0)).toBe(images)
        const right = cells.find(([from, to]) => from === to)?.[2] ?? 0
        expect(right / images).toBeCloseTo(shares[side], 9)
      }
    expect(() => runsCompare(project, { base: 'r1', other: 'r2', split: 'train' })).toThrow(
      /evaluate it first/,
    )
    await done({ kind: 'evaluate', run: 'r1', split: 'train' })
    expect(runsGet(project, { id: 'r1' })).toMatchObject({
      info: { evaluated: ['test', 'train', 'val'] },
      evaluations: { train: { images: 40 } },
      recipe: { epochs: 8 },
      snapshot: { splits: ['train', 'val'], images: 60, corrected: 0 },
    })
  })

  it('have curves that can be followed', () => {
    const all = runsCurves(project, { id: 'r1' })
    expect(all.step).toEqual(Array.from({ length: 32 }, (_, i) => i + 1))
    expect(all.loss).toHaveLength(32)
    expect(all.epochs.map(({ epoch, step }) => [epoch, step]).at(-1)).toEqual([8, 32])
    expect(runsCurves(project, { id: 'r1', after: 30 })).toMatchObject({ step: [31, 32] })
    const dir = getRun(project, 'r2').dir
    const line = (step: number): string =>
      JSON.stringify({ type: 'step', step, epoch: 1, loss: 1 / step, lr: 0.1 })
    writeFileSync(
      join(dir, 'metrics.jsonl'),
      Array.from({ length: 9000 }, (_, i) => `${line(i + 1)}\n`).join(''),
    )
    const thin = runsCurves(project, { id: 'r2' })
    expect(thin.step.length).toBeLessThanOrEqual(2000)
    expect(thin.step.length).toBeGreaterThan(1000)
    expect([thin.step[0], thin.step.at(-1)]).toEqual([1, 9000])
  })

  it('are exported as files that load', async () => {
    const out = join(template.root, 'export')
    const { result } = await done({ kind: 'export', run: 'r1', best: false, out, force: false })
    const files = result as Record<'onnx' | 'safetensors' | 'card' | 'classes', string>
    const session = await openSession(await readOnnx(files.onnx), { threads: 1 })
    await session.close()
    expect(
      decodeSafetensors(readFileSync(files.safetensors), files.safetensors).tensors.size,
    ).toBeGreaterThan(5)
    expect(JSON.parse(readFileSync(files.classes, 'utf8'))).toHaveLength(10)
    const { id } = queue.add({ kind: 'export', run: 'r1', best: false, out, force: false })
    await queue.idle()
    expect(queue.get(id)).toMatchObject({ state: 'failed', error: { code: 'usage' } })
  })
})

describe('an import', () => {
  it('takes what can be used of a folder and names the rest', async () => {
    const dir = join(template.root, 'hostile')
    const good = listImages(project, { split: 'test' })[0]!.file
    const put = (path: string, bytes?: Uint8Array | string): void => {
      mkdirSync(join(dir, path, '..'), { recursive: true })
      if (bytes === undefined) cpSync(good, join(dir, path))
      else writeFileSync(join(dir, path), bytes)
    }
    for (let i = 0; i < 30; i++) put(`3/${i}.png`)
    put('3/<img src=x onerror=alert(1)>.png')
    put('3/\u202Egnp.exe.png')
    put('4/truncated.png', readFileSync(good).subarray(0, 20))
    put('4/text.jpg', 'no picture at all')
    put('4/empty.png', '')
    put('other/1.png')
    put('loose.png')
    const raw = { raw: { width: 2, height: 2, channels: 3 as const } }
    writeFileSync(
      join(dir, '4/cmyk.jpg'),
      await sharp(Buffer.alloc(12, 99), raw).toColourspace('cmyk').jpeg().toBuffer(),
    )
    writeFileSync(
      join(dir, '4/wide.png'),
      await sharp({ create: { width: 30_000, height: 2, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    )
    const job = await done({ kind: 'import', split: 'hostile', dir })
    const rows = listImages(project, { split: 'hostile' })
    expect(job.result).toMatchObject({ split: 'hostile', images: 39, looked: 39 })
    expect(rows).toHaveLength(39)
    const problems = rows.filter(row => row.problem !== null).map(row => row.path)
    expect(problems).toEqual(
      expect.arrayContaining(['4/truncated.png', '4/text.jpg', '4/empty.png', 'other/1.png', 'loose.png']),
    )
    expect(rows.filter(row => row.label === 3 && row.problem === null)).toHaveLength(32)
    expect(rows.map(row => row.path)).toContain('3/<img src=x onerror=alert(1)>.png')

    // Again: the same rows, the same ids; new files come behind them.
    put('3/new.png')
    await done({ kind: 'import', split: 'hostile', dir })
    const after = listImages(project, { split: 'hostile' })
    expect(after).toHaveLength(40)
    expect(after.slice(0, 39).map(row => row.id)).toEqual(rows.map(row => row.id))
  })

  it('fails where there is nothing to use, and says so', async () => {
    const dir = join(template.root, 'nothing')
    for (const [where, code] of [
      [join(dir, 'missing'), 'not-found'],
      [dir, 'bad-data'],
    ] as const) {
      if (where === dir) mkdirSync(dir)
      const { id } = queue.add({ kind: 'import', split: 'nothing', dir: where })
      await queue.idle()
      expect(queue.get(id)).toMatchObject({ state: 'failed', error: { code } })
    }
    expect(existsSync(join(dir, 'missing'))).toBe(false)
  })
})
