/** What calls about annotators and training answer, measured by real children on a tiny project. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { annotateProbe, surgeryCheck } from '../../../../core/contract/api/annotator.ts'
import type { AnnotateRequest } from '../../../../core/contract/api/annotator.ts'
import { trainingCalls, trainingProbe } from '../../../../core/contract/api/training.ts'
import { openProject, type Project } from '../../../../core/project/project.ts'
import { listRuns } from '../../../../core/project/runs.ts'
import { checkAnnotator, probeAnnotator } from '../../../../electron/backend/handlers/try-annotator.ts'
import { appDevices } from '../../../../electron/backend/handlers/devices.ts'
import {
  probeTraining,
  resolveRecipe,
  trainingOptions,
} from '../../../../electron/backend/handlers/recipes.ts'
import { writeTiny } from '../../cli-run.ts'
import { annotating, makeTemplate, training, type Template } from '../queue/studio.ts'

let template: Template
let project: Project
beforeAll(async () => {
  template = await makeTemplate()
  project = openProject(template.copy())
})
afterAll(() => {
  project.close()
  template.remove()
})

const requestOf = (change: Partial<AnnotateRequest> = {}): AnnotateRequest => {
  const { request } = annotating(change) as { request: AnnotateRequest }
  return request
}
const recipeOf = (recipe: object): { recipe: object } => ({
  recipe: (training(recipe as Record<string, unknown>) as { recipe: object }).recipe,
})

describe('annotator.check', () => {
  it('tells of the head, the error, the map and the classes', async () => {
    const check = surgeryCheck.parse(await checkAnnotator(project, requestOf()))
    expect(check).toMatchObject({
      outputs: 10,
      mapSize: [10, 10],
      refused: null,
      approximation: null,
      classes: { matched: 10, unmatched: 0, missing: 0, problem: null },
    })
    expect(check.error).toBeLessThan(1e-4)
    expect(check.image).toMatch(/\.png$/)
  })

  it('says why classes do not fit, and refuses files that are not models', async () => {
    const model = await writeTiny(join(template.root, 'three.onnx'), 3)
    const check = await checkAnnotator(project, requestOf({ model, classes: null }))
    expect(check.outputs).toBe(3)
    expect(check.classes.problem).toMatch(/3 outputs, but there are 10 classes/)
    const broken = requestOf({ model: requestOf().classes! })
    await expect(checkAnnotator(project, broken)).rejects.toMatchObject({ code: 'bad-model' })
    const gone = AbortSignal.abort()
    await expect(checkAnnotator(project, requestOf(), { signal: gone })).rejects.toMatchObject({
      code: 'cancelled',
    })
  })
})

describe('annotator.probe', () => {
  it('measures on some images what the whole split takes', async () => {
    const before = readdirSync(project.dir)
    const probe = annotateProbe.parse(await probeAnnotator(project, { request: requestOf(), images: 8 }))
    expect(probe).toMatchObject({ images: 8, skipped: 0, shape: [10, 10, 10], total: 40 })
    expect(probe.seconds).toBeCloseTo(40 / probe.rate, 6)
    expect(probe.rows.map(row => row.k)).toEqual([3, 5, 10])
    for (const row of probe.rows) expect(row.disk).toBeCloseTo(40 * row.bytes, 3)
    expect(probe.free).toBeGreaterThan(0)
    expect(readdirSync(project.dir)).toEqual(before)
  })
})

describe('training', () => {
  it('offers what a recipe can be made of, and resolves parts', () => {
    const options = trainingCalls['training.options'].output.parse(trainingOptions())
    expect(options.presets.map(one => one.name)).toContain('quick')
    expect(options.students).toContain('resnet18')
    const quick = options.presets.find(one => one.name === 'quick')!.recipe
    const resolved = resolveRecipe({ parts: [quick, { epochs: 3, optimizer: { weightDecay: 0.5 } }] })
    expect(resolved).toMatchObject({
      problems: [],
      recipe: { epochs: 3, optimizer: { kind: 'adamw', weightDecay: 0.5 } },
    })
    expect(resolveRecipe({ parts: [{ epochs: 0 }, { colour: 'red' }] })).toMatchObject({
      recipe: null,
      problems: [expect.stringMatching(/^epochs: /), expect.stringMatching(/colour/)],
    })
  })

  it('probes some steps and leaves nothing behind', async () => {
    const before = readdirSync(project.dir)
    const probe = trainingProbe.parse(await probeTraining(project, recipeOf({ epochs: 7 })))
    expect(probe).toMatchObject({ steps: 20, images: 40, totalSteps: 28 })
    expect(probe.imagesPerSecond).toBeGreaterThan(0)
    expect(probe.seconds).toBeGreaterThan(280 / probe.imagesPerSecond)
    expect(probe.memory).toBeGreaterThan(3e7)
    expect(probe.parameters).toBeGreaterThan(10_000)
    expect(readdirSync(project.dir)).toEqual(before)
    expect(listRuns(project)).toEqual([])
    await expect(probeTraining(project, recipeOf({ supervision: 'relabel' }))).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('app.devices', () => {
  it('reports what was run', async () => {
    const { ok, findings } = await appDevices()
    expect(ok).toBe(true)
    expect(findings.find(({ part }) => part === 'engine cpu')).toMatchObject({ ok: true })
    expect(findings.some(({ part }) => part === 'training')).toBe(false)
  })
})
