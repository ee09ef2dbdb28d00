/** A project folder made by version 0.1.0 opens as it is and gives the answers that it gave then. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLabelMaps } from '../../../core/index.ts'
import { getAnnotation } from '../../../core/project/annotations.ts'
import { listViews } from '../../../core/project/browse/saved-views.ts'
import { getCorrections, redoEdit } from '../../../core/project/corrections/store.ts'
import { listImages, listSplits } from '../../../core/project/images.ts'
import { listJobs } from '../../../core/project/jobs.ts'
import { openProject, type Project } from '../../../core/project/project.ts'
import { getRun } from '../../../core/project/runs.ts'
import { runJson } from '../../electron/cli-run.ts'

const fixture = fileURLToPath(new URL('../../fixtures/project-0.1', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'relabel-earlier-'))
const dir = join(scratch, 'project')

beforeEach(() => cpSync(fixture, dir, { recursive: true }))
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

describe('as data', () => {
  let project: Project
  beforeEach(() => (project = openProject(dir)))
  afterEach(() => project.close())

  it('has its splits, images, view, job and run', () => {
    expect(project.classes.map(({ name }) => name)).toEqual(['cat', 'dog'])
    expect(listSplits(project).map(({ name }) => name)).toEqual(['train', 'val'])
    expect(listImages(project).map(({ key, label }) => [key, label])).toEqual([
      ['train/cat/0.jpg', 0],
      ['train/cat/1.jpg', 0],
      ['train/dog/0.jpg', 1],
      ['train/dog/1.jpg', 1],
      ['val/cat/0.jpg', 0],
      ['val/dog/0.jpg', 1],
    ])
    expect(listViews(project)).toMatchObject([{ name: 'dogs', query: { filter: { classes: [1] } } }])
    expect(listJobs(project)).toMatchObject([{ kind: 'evaluate', request: { run: 'r1', split: 'val' } }])
    expect(getRun(project, 'r1')).toMatchObject({ status: 'done' })
    expect(getAnnotation(project, 'a1')).toMatchObject({ status: 'done' })
  })

  it('has its corrections, with what can be redone', () => {
    const first = getCorrections(project, { image: 1, annotation: 'a1' })
    expect(first.layer).toEqual([
      { cell: 0, class: 1, entry: { logit: 3, edit: 'edit-one-1' } },
      { cell: 1, class: 1, entry: { logit: 4, edit: 'edit-two-1' } },
    ])
    const place = { image: 3, annotation: 'a1' }
    expect(getCorrections(project, place).history.map(({ id, undone }) => [id, undone])).toEqual([
      ['edit-one-3', false],
      ['edit-two-3', true],
    ])
    redoEdit(project, { ...place, version: 3, edit: 'edit-two-3' })
    expect(getCorrections(project, place).layer).toHaveLength(2)
  })

  it('has its label maps to the bit', async () => {
    const maps = await openLabelMaps(join(dir, 'annotations', 'a1'))
    const map = await maps.get('train/cat/0.jpg')
    await maps.close()
    expect(maps.count).toBe(4)
    expect(map.shape).toEqual([2, 4, 4])
    expect([...map.ids.slice(0, 8)]).toEqual([0, 0, 0, 1, 0, 0, 1, 0])
    expect([...map.logits.slice(0, 4)]).toEqual([2.166015625, 4.2265625, 1.9638671875, 5.8203125])
  })
})

describe('on the command line', () => {
  // Both figures are what version 0.1.0 printed for this folder.
  it('gives the target of a crop, and the measures of the run', async () => {
    const target = await runJson('target', dir, '--image', 'train/cat/0.jpg', '--crop', '2,3,20,25')
    expect(target.json).toMatchObject({ corrections: { entries: 2, used: true } })
    const { classes } = target.json as { classes: { name: string; probability: number }[] }
    expect(classes.find(({ name }) => name === 'cat')!.probability).toBeCloseTo(0.9745704531669617, 6)
    const measured = await runJson('evaluate', dir, '--run', 'r1', '--split', 'val')
    const { metrics } = measured.json as { metrics: { top1: number; loss: number } }
    expect(metrics.top1).toBe(0.5)
    expect(metrics.loss).toBeCloseTo(1.3886766403348787, 4)
  })
})
