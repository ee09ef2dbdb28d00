/** Runs are scored again from what they kept: by a truth that a person corrects, exactly as an evaluation would. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import type { Metrics } from '../../../../core/contract/metrics.ts'
import { importImageFolder } from '../../../../core/dataset/import.ts'
import { encodeModel } from '../../../../core/graph/onnx/encode.ts'
import { changeClasses } from '../../../../core/project/classes/change.ts'
import { listImages } from '../../../../core/project/images.ts'
import { changeAll, undoChange } from '../../../../core/project/labels/change.ts'
import { createProject, type Project } from '../../../../core/project/project.ts'
import { addRun, getRun, updateRun } from '../../../../core/project/runs.ts'
import { createSnapshot } from '../../../../core/project/snapshots.ts'
import { averagePrecision } from '../../../../core/training/measure/metrics.ts'
import { evaluateRun } from '../../../../electron/tasks/evaluate/job.ts'
import { keepEvaluation } from '../../../../electron/tasks/evaluate/keep-evaluation.ts'
import { openPredictions, readPredictions } from '../../../../electron/tasks/evaluate/predictions.ts'
import { rescoreStale } from '../../../../electron/tasks/evaluate/rescore-stale.ts'
import { rescore, staleFigures } from '../../../../electron/tasks/evaluate/rescore.ts'
import {
  keptAbove,
  mostDenseBytes,
  readScores,
  writeScores,
} from '../../../../electron/tasks/evaluate/scores.ts'
import { basisOf } from '../../../../electron/tasks/train/run-summary.ts'
import { temporaryFolder, tinyRecipe, tinyStudent, writeImages } from '../../../core/training/fixture.ts'

const classes = 7
const split = 'val'
const { dir, remove } = temporaryFolder()
let count = 0
beforeAll(() => writeImages(join(dir, 'images'), 60))
afterAll(remove)

let project: Project
let run: string
const quiet = {
  signal: new AbortController().signal,
  progress: () => undefined,
  event: () => undefined,
  warn: () => undefined,
} as unknown as Parameters<typeof evaluateRun>[2]
/** Runs the model, without keeping anything of it. */
async function evaluated(): Promise<Metrics> {
  const { dir: folder } = getRun(project, run)
  const files = ['json', 'scores'].map(ending => join(folder, `predictions-${split}.${ending}`))
  const before = files.map(file => readFileSync(file))
  const { metrics } = await evaluateRun(project, { run, split }, quiet)
  files.forEach((file, i) => writeFileSync(file, before[i]!))
  return metrics
}
const figures = (metrics: Metrics): Metrics => {
  const all = { ...metrics }
  delete all.basis
  return all
}
const stored = (): Metrics => getRun(project, run).metrics!.evaluations![split]!
const setTruth = (image: number, to: readonly number[] | null): unknown =>
  changeAll(project, { field: 'truth', author: 'reviewer', selection: { ids: [image] }, to })

beforeEach(async () => {
  project = createProject(join(dir, `p${count++}`), {
    classes: Array.from({ length: classes }, (_, index) => ({ index, name: String(index) })),
  })
  await importImageFolder(
    { ...project, classes: ['0', '1', '2'].map((name, index) => ({ index, name })) },
    { split, dir: join(dir, 'images') },
  )
  const snapshot = createSnapshot(project, { splits: [split], annotation: null })
  const added = addRun(project, { kind: 'train', config: tinyRecipe({}), snapshot })
  run = added.id
  writeFileSync(join(added.dir, 'model.onnx'), encodeModel(tinyStudent(classes)))
  updateRun(project, run, { status: 'done' })
  const { metrics } = await evaluateRun(project, { run, split }, quiet)
  keepEvaluation(project, run, split, metrics)
  return () => project.close()
})

describe('a truth that a reviewer with slips corrects', () => {
  it('gives the figures of a fresh evaluation, to the bit, and old figures keep their version', async () => {
    const draw = random(3)
    const images = listImages(project, { split })
    const hidden = new Map(
      images.map(({ id, label }) => {
        const others = Array.from({ length: classes }, (_, c) => c).filter(
          c => c !== label && draw.uniform(0, 1) < 0.25,
        )
        return [id, [label!, ...others]]
      }),
    )
    const first = stored()
    expect(first.basis).toEqual({ labels: 0, truth: 0, rescored: false, missing: [] })
    for (const [at, { id }] of images.entries()) {
      const truth = hidden.get(id)!
      const slip = draw.uniform(0, 1) < 0.05
      setTruth(id, slip ? [...truth.slice(1), draw.int(classes)] : truth)
      if (slip && draw.uniform(0, 1) < 0.5)
        undoChange(project, { field: 'truth', author: 'reviewer', of: { image: id } })
      if (at % 20 !== 7) continue
      expect(staleFigures(project)).toEqual([{ run, split }])
      expect(rescoreStale(project).done).toEqual([{ run, split }])
      const fresh = await evaluated()
      expect(figures(stored())).toEqual(figures(fresh))
      expect(stored().basis).toEqual({ ...fresh.basis, rescored: true })
      expect(staleFigures(project)).toEqual([])
    }
    rescoreStale(project)
    expect(figures(stored())).toEqual(figures(await evaluated()))
    expect(stored().real).not.toBeNull()
    expect(getRun(project, run).metrics!.earlier).toEqual({ [split]: [first] })
    expect(basisOf(project, getRun(project, run), split, first)).toMatchObject({ truth: 0, stale: true })
  })
})

it('labels that change are scored again, and those of another split are not', async () => {
  changeAll(project, { field: 'label', author: 'me', selection: { ids: [1, 2, 3] }, to: 5 })
  rescoreStale(project)
  expect(figures(stored())).toEqual(figures(await evaluated()))
  expect(stored().basis).toMatchObject({ labels: 1, rescored: true })
  project.db.exec(
    "INSERT INTO splits (name, folder) VALUES ('train', 'x'); INSERT INTO images (split, path, width, height) SELECT max(id), 'a', 1, 1 FROM splits",
  )
  const other = listImages(project, { split: 'train' })[0]!.id
  changeAll(project, { field: 'label', author: 'me', selection: { ids: [other] }, to: 5 })
  expect(staleFigures(project)).toEqual([])
})

it('classes that were merged since count as one, as in an evaluation', async () => {
  changeClasses(project, { kind: 'merge', classes: [4], into: 1 })
  setTruth(1, [1, 2])
  rescoreStale(project)
  expect(figures(stored())).toEqual(figures(await evaluated()))
  expect(stored().loss).toBeNull()
})

it('files of the version before are read; their figures stay those of the truth they were made with', () => {
  const { dir: folder } = getRun(project, run)
  const file = join(folder, `predictions-${split}.json`)
  const old = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  delete old['scores']
  delete old['target']
  writeFileSync(file, JSON.stringify({ ...old, version: 1 }))
  rmSync(join(folder, `predictions-${split}.scores`))
  expect(readPredictions(folder, run, split).answers).toHaveLength(60)
  const before = stored()
  setTruth(1, [3])
  const { done, failed } = rescoreStale(project)
  expect(done).toEqual([])
  expect(failed).toEqual([{ run, split, reason: expect.stringMatching(/were not kept/) as string }])
  expect(stored()).toEqual(before)
  expect(basisOf(project, getRun(project, run), split, stored())).toMatchObject({ truth: 0, stale: true })
})

it('logits that are damaged are noticed, and the figures stay', () => {
  const file = join(getRun(project, run).dir, `predictions-${split}.scores`)
  const bytes = readFileSync(file)
  bytes[9]! ^= 1
  writeFileSync(file, bytes)
  expect(() => rescore(project, { run, split })).toThrow(/not what was written/)
})

describe('above the size limit', () => {
  it('the highest logits give top-1, top-5 and ReaL, and the other figures are said to be missing', async () => {
    const { dir: folder } = getRun(project, run)
    const whole = readPredictions(folder, run, split)
    const rows = [...readScores(join(folder, `predictions-${split}.scores`), whole.scores!, 60)].map(row =>
      row.slice(),
    )
    const writer = openPredictions(folder, split, 60, 100)
    whole.keys.forEach((key, i) =>
      writer.add({ key, label: whole.labels[i]!, truth: whole.truth[i]! }, whole.answers[i]!, rows[i]!),
    )
    writer.finish(null)
    setTruth(1, [3, 4])
    const { basis, ...short } = rescore(project, { run, split })
    const fresh = figures(await evaluated())
    expect(short).toEqual({ ...fresh, mAP: null, loss: null })
    expect(basis!.missing).toEqual(['mAP', 'loss'])
  })

  it('keeps the highest in their order', () => {
    const file = join(dir, 'some.scores')
    const logits = Float32Array.from({ length: 40 }, (_, c) => (c * 7) % 13)
    const writer = writeScores(file, 2, 8)
    writer.add(logits)
    writer.add(logits)
    const [one, two] = [...readScores(file, writer.finish()!, 2)].map(row => row.slice())
    expect(one).toEqual(two)
    const kept = [...one!.keys()].filter(c => one![c]! > -1e9)
    expect(kept).toHaveLength(keptAbove)
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b)
    expect(kept).toEqual(order.slice(0, keptAbove).sort((a, b) => a - b))
    expect(mostDenseBytes).toBeGreaterThan(50_000 * 1000 * 4)
  })
})

it('average precision is what sorting all scores gives', () => {
  const draw = random(9)
  for (let times = 0; times < 200; times++) {
    const size = 1 + draw.int(30)
    const scores = Float32Array.from({ length: size }, () => draw.int(8) / 8)
    const positive = Uint8Array.from({ length: size }, () => draw.int(2))
    const order = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!)
    const positives = positive.reduce((sum, flag) => sum + flag, 0)
    let [hits, sum] = [0, 0]
    for (let i = 0; i < size;) {
      const score = scores[order[i]!]!
      let found = 0
      for (; i < size && scores[order[i]!] === score; i++) found += positive[order[i]!]!
      hits += found
      sum += (found * hits) / i
    }
    expect(averagePrecision(scores, positive)).toBe(positives === 0 ? null : sum / positives)
  }
})
