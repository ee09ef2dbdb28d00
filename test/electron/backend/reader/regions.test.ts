/** The regions of a list of images: what the rule draws of the corrected maps, and the reason where there is no map. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageRegions, type ImageRegions } from '../../../../core/contract/api/maps.ts'
import type { Edit } from '../../../../core/contract/api/corrections.ts'
import type { Manifest } from '../../../../core/contract/manifest.ts'
import { createLabelMapWriter } from '../../../../core/labelmap/files/index.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import { outlineText } from '../../../../core/labelmap/outline-text.ts'
import { planRegions } from '../../../../core/labelmap/regions/index.ts'
import { addAnnotation, updateAnnotation, writeSure } from '../../../../core/project/annotations.ts'
import { applyEdit, undoEdit } from '../../../../core/project/corrections/store.ts'
import { addImages, addSplit, listImages } from '../../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import { regionsOfImages } from '../../../../electron/backend/reader/regions.ts'

const names = ['cat', 'dog', 'owl', 'fox']
const classes = names.map((name, index) => ({ index, name }))
const side = 5

/** Class 1 leads the two columns at the left, class 2 those at the right, class 0 the one between them. */
function stripes(logit: number): LabelMap {
  const cells = side * side
  const ids = new Uint16Array(2 * cells)
  const logits = new Float32Array(2 * cells)
  for (let cell = 0; cell < cells; cell++) {
    const x = cell % side
    ids[cell] = x < 2 ? 1 : x > 2 ? 2 : 0
    ids[cells + cell] = 3
    logits[cell] = logit
    logits[cells + cell] = 1
  }
  return { shape: [2, side, side], ids, logits }
}

const manifest: Manifest = {
  format: 'relabel-label-maps',
  version: 1,
  logits: 'fp16',
  topK: 2,
  fill: 0,
  annotator: { file: 'model.onnx', sha256: '0'.repeat(64), surgery: null },
  preprocessing: { resize: 'squash', height: 80, width: 80, mean: [0, 0, 0], std: [1, 1, 1] },
  classes,
  program: '0.0.0',
  created: '2025-01-01T00:00:00.000Z',
}

let dir: string
/** The one that writes, and the reader's. */
let project: Project
let reader: Project
let annotation: string
let images: Record<string, number>
const askFor = (...which: string[]): Promise<ImageRegions[]> =>
  regionsOfImages(reader, { images: which.map(name => images[name]!) })

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-regions-'))
  project = createProject(join(dir, 'p'), { classes })
  addSplit(project, 'train', '/data/train')
  const labels = { a: 1, b: 3, c: null, missing: 1, broken: 1 }
  addImages(
    project,
    'train',
    Object.entries(labels).map(([name, label]) => ({ path: `${name}.png`, label, width: 80, height: 80 })),
  )
  const added = addAnnotation(project, { config: {} })
  annotation = added.id
  const writer = await createLabelMapWriter(added.dir, { manifest, logits: 'fp16' })
  for (const name of ['a', 'b', 'c', 'broken']) await writer.append(`train/${name}.png`, stripes(8))
  await writer.finish()
  const shard = join(
    added.dir,
    readdirSync(added.dir).find(name => name.endsWith('.rlm'))!,
  )
  const bytes = readFileSync(shard)
  bytes[bytes.indexOf('train/broken.png') + 30]! ^= 1
  writeFileSync(shard, bytes)
  updateAnnotation(project, annotation, { status: 'done' })
  writeSure(project, annotation, 5)
  images = Object.fromEntries(listImages(project).map(({ path, id }) => [path.replace('.png', ''), id]))
  reader = openProject(join(dir, 'p'), { readonly: true })
})
afterAll(() => {
  reader?.close()
  project?.close()
  rmSync(dir, { recursive: true, force: true })
})

describe('the regions of images', () => {
  it('are those of the rule, in the order that was asked for and in the form of the contract', async () => {
    const answers = await askFor('b', 'a', 'c')
    expect(imageRegions.array().parse(answers)).toEqual(answers)
    expect(answers.map(one => one.image)).toEqual([images['b'], images['a'], images['c']])
    const plan = planRegions(stripes(8), { classes: 4, fill: 0, given: 1, sure: 5 })
    expect(plan.regions.length).toBeGreaterThan(1)
    expect(answers[1]).toMatchObject({ height: side, width: side, given: 1, givenNowhere: false })
    expect(answers[1]!.regions).toEqual(
      plan.regions.map(({ id, cells, mean, role, dashed, paths }) => ({
        class: id,
        cells: cells.length,
        share: expect.closeTo(mean, 3),
        role,
        dashed,
        outline: outlineText(paths),
      })),
    )
    // Class 3 leads no cell, and c has no label.
    expect(answers.map(({ given, givenNowhere }) => [given, givenNowhere])).toEqual([
      [3, true],
      [1, false],
      [null, false],
    ])
  })

  it('say why a map is missing or damaged, and the rest goes on', async () => {
    const [a, missing, broken, c, unknown] = await regionsOfImages(reader, {
      images: [images['a']!, images['missing']!, images['broken']!, images['c']!, 999],
    })
    expect([a!.problem, c!.problem]).toEqual([null, null])
    expect(missing).toMatchObject({ height: 0, regions: [], problem: { code: 'not-found' } })
    expect(missing!.problem!.message).toContain('train/missing.png')
    expect(broken).toMatchObject({ height: 0, regions: [], problem: { code: 'bad-label-map' } })
    expect(broken!.problem!.message).toMatch(/train\/broken\.png.*is damaged/)
    expect(unknown!.problem!.message).toContain('no image 999')
  })

  it('follow corrections, and are remembered until something changes', async () => {
    const [before] = await askFor('a')
    expect((await askFor('a'))[0]).toBe(before)
    const id = 'edit-of-a-test'
    const cells = [0, 1, 5, 6]
    const edit: Edit = {
      id,
      author: 'me',
      created: '2026-01-01T00:00:00.000Z',
      tool: 'brush',
      operation: { kind: 'set', class: 3, to: null, amount: 20, what: null },
      changes: cells.map(cell => ({ cell, class: 3, before: null, after: { logit: 20, edit: id } })),
    }
    const place = { image: images['a']!, annotation }
    applyEdit(project, { ...place, version: 0, edit, extent: null })
    const [corrected, other] = await askFor('a', 'c')
    expect(before!.regions.map(one => one.class)).not.toContain(3)
    expect(corrected!.regions.find(one => one.class === 3)?.cells).toBe(4)
    expect(other!.regions.map(one => one.class)).not.toContain(3)
    undoEdit(project, { ...place, version: 1, edit: id })
    expect((await askFor('a'))[0]).toEqual(before)
  })
})
