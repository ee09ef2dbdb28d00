/** Damaged databases: each damage is noticed with our error, nothing raw comes out, and a copy and the log bring all back. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { random, type Random } from '../../../../core/base/random.ts'
import { RelabelError } from '../../../../core/base/error.ts'
import { addAnnotation, listAnnotations } from '../../../../core/project/annotations.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { imageItem } from '../../../../core/project/browse/image-items.ts'
import { markReview, reviewProgress } from '../../../../core/project/browse/review.ts'
import { checkProject, damageOf, onDamage } from '../../../../core/project/check.ts'
import { replayForeignLog } from '../../../../core/project/corrections/replay.ts'
import { applyEdit, getCorrections, redoEdit, undoEdit } from '../../../../core/project/corrections/store.ts'
import { addImages, addSplit, listImages } from '../../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import { listChoices } from '../../../../core/project/recovery/choices.ts'
import { listCopies, makeCopy } from '../../../../core/project/recovery/copies.ts'
import { restoreCopy } from '../../../../core/project/recovery/restore.ts'
import { listRuns } from '../../../../core/project/runs.ts'
import { openOutside } from '../outside.ts'

let base: string
let dir: string
let file: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'relabel-damage-'))
  dir = join(base, 'p')
  file = join(dir, 'project.db')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

function make(at: string): Project {
  const project = createProject(at, {
    classes: [
      { index: 0, name: 'cat' },
      { index: 1, name: 'dog' },
    ],
  })
  addSplit(project, 'train', '/data/train')
  addImages(
    project,
    'train',
    Array.from({ length: 300 }, (_, index) => ({
      path: `a${index}.png`,
      label: index % 2,
      width: 8,
      height: 8,
    })),
  )
  addAnnotation(project, { config: { split: 'train' }, created: '2026-01-01T00:00:00.000Z' })
  return project
}

/** Saves an edit, and takes some back or puts them in force again. */
function correct(project: Project, number: number): void {
  const place = { image: 1 + (number % 7), annotation: 'a1' }
  const id = `edit-${String(number).padStart(6, '0')}`
  let { version } = getCorrections(project, place)
  const changes = [{ cell: number, class: 1, before: null, after: { logit: number, edit: id } }]
  const operation = { kind: 'set' as const, class: 1, to: null, amount: number, what: null }
  const edit = {
    id,
    author: 'Ada',
    created: '2026-01-02T03:04:05.000Z',
    tool: 'brush' as const,
    operation,
    changes,
  }
  version = applyEdit(project, { ...place, version, edit, extent: null }).version
  if (number % 3 === 0) version = undoEdit(project, { ...place, version, edit: id }).version
  if (number % 6 === 0) redoEdit(project, { ...place, version, edit: id })
}

/** Everything a person has done or would look at. */
const everything = (project: Project): unknown => [
  project.classes,
  listImages(project),
  listAnnotations(project).map(({ id, status, config }) => ({ id, status, config })),
  listRuns(project),
  openBrowser(project).page({ filter: {}, sort: { by: 'name', descending: false } }, 0, 300).items,
  [1, 2, 3, 4, 5, 6, 7].map(image => getCorrections(project, { image, annotation: 'a1' })),
]

const damages: Record<string, (draw: Random, bytes: Buffer) => void> = {
  'a bit that flipped': (draw, bytes) => {
    const at = draw.int(bytes.length)
    bytes[at]! ^= 1 << draw.int(8)
    writeFileSync(file, bytes)
  },
  'a stretch of zeros': (draw, bytes) => {
    const at = draw.int(bytes.length)
    bytes.fill(0, at, at + 1 + draw.int(5000))
    writeFileSync(file, bytes)
  },
  'a block from elsewhere': (draw, bytes) => {
    const [from, to] = [draw.int(bytes.length / 4096), draw.int(bytes.length / 4096)]
    bytes.copy(bytes, to * 4096, from * 4096, from * 4096 + 4096)
    writeFileSync(file, bytes)
  },
  'an end that is missing': (draw, bytes) => truncateSync(file, draw.int(bytes.length)),
  'an end that is too long': draw => appendFileSync(file, Buffer.alloc(1 + draw.int(9000), 7)),
}

describe('a project that was closed', () => {
  it.each(Object.keys(damages))('notices %s, wherever it is, and comes back whole', name => {
    const project = make(dir)
    for (let number = 1; number < 30; number++) correct(project, number)
    markReview(project, { ids: [5, 6] }, 'accepted')
    const wanted = everything(project)
    project.close()
    const whole = readFileSync(file)
    const sums = readFileSync(join(dir, 'project.sum'))
    const draw = random(11, name.length)
    for (let round = 0; round < 40; round++) {
      damages[name]!(draw, Buffer.from(whole))
      writeFileSync(join(dir, 'project.sum'), sums)
      if (readFileSync(file).equals(whole)) continue
      for (const readonly of [false, true])
        expect(() => openProject(dir, { readonly })).toThrow(
          expect.objectContaining({
            code: 'bad-project',
            message: expect.stringMatching(/project\.db is damaged: .*relabel project restore/),
            detail: expect.objectContaining({ file, copies: expect.arrayContaining([expect.anything()]) }),
          }),
        )
    }
    const { kept } = restoreCopy(dir)
    expect(existsSync(kept!)).toBe(true)
    const restored = openProject(dir)
    expect(everything(restored)).toEqual(wanted)
    restored.close()
    expect(checkProject(dir).damage).toEqual([])
  })
})

describe('a project whose program was killed', () => {
  it('gives no error but ours, whatever became of its database', () => {
    const project = make(dir)
    for (let number = 1; number < 30; number++) correct(project, number)
    project.close()
    const whole = readFileSync(file)
    const draw = random(13)
    let told = 0
    for (let round = 0; round < 60; round++) {
      for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true })
      rmSync(join(dir, 'project.sum'), { force: true }) // as while it is open
      const names = Object.keys(damages)
      damages[names[round % names.length]!]!(draw, Buffer.from(whole))
      try {
        const opened = openProject(dir)
        try {
          everything(opened)
        } finally {
          opened.close()
        }
      } catch (error) {
        told++
        expect(error).toBeInstanceOf(RelabelError)
        expect((error as RelabelError).message).toContain(dir)
      }
    }
    expect(told).toBeGreaterThan(10)
  }, 60_000)
})

describe('copies', () => {
  it('are made beside the work and on closing, a few are kept, and an older one with the log is as good', async () => {
    let project = make(dir)
    for (let number = 1; number < 10; number++) correct(project, number)
    const first = await makeCopy(project)
    for (let number = 10; number < 40; number++) correct(project, number)
    const wanted = everything(project)
    project.close()
    expect(listCopies(dir)).toHaveLength(2)
    const restored = restoreCopy(dir, first!)
    expect(restored.copy.name).toBe(first)
    project = openProject(dir)
    expect(project.replayed).toMatchObject({ failed: [] })
    expect(project.replayed.applied).toBeGreaterThan(30)
    expect(everything(project)).toEqual(wanted)
    for (let number = 40; number < 45; number++) {
      correct(project, number)
      await makeCopy(project)
    }
    const later = everything(project)
    project.close()
    expect(listCopies(dir)).toHaveLength(3)
    project = openProject(dir)
    expect(project.replayed).toEqual({ applied: 0, failed: [] })
    expect(everything(project)).toEqual(later)
    project.close()
  })

  it('that are damaged themselves are passed over, and without any it is said so', () => {
    const project = make(dir)
    correct(project, 1)
    project.close()
    const { name } = listCopies(dir)[0]!
    const copy = join(dir, 'copies', name)
    const bytes = readFileSync(copy)
    bytes[bytes.length - 100]! ^= 1
    writeFileSync(copy, bytes)
    expect(() => restoreCopy(dir)).toThrow(/no copy .* is whole.*near byte/)
    rmSync(join(dir, 'copies'), { recursive: true })
    expect(() => restoreCopy(dir)).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(openProject(dir).close()).toBeUndefined()
  })
})

describe('the log of corrections', () => {
  const log = (): string => join(dir, 'corrections.jsonl')
  it('brings every step into a fresh database, twice as well as once', () => {
    const project = make(dir)
    for (let number = 1; number < 60; number++) correct(project, number)
    const wanted = everything(project)
    project.close()
    const fresh = make(join(base, 'fresh'))
    expect(replayForeignLog(fresh, log())).toMatchObject({ failed: [] })
    expect(everything(fresh)).toEqual(wanted)
    expect(replayForeignLog(fresh, log())).toEqual({ applied: 0, failed: [] })
    fresh.close()
  })

  it('may end in the middle of a line, and goes on behind it', async () => {
    let project = make(dir)
    const copy = await makeCopy(project)
    for (let number = 1; number < 10; number++) correct(project, number)
    project.close()
    appendFileSync(log(), readFileSync(log(), 'utf8').slice(-60, -20))
    project = openProject(dir)
    for (let number = 10; number < 20; number++) correct(project, number)
    const wanted = everything(project)
    project.close()
    restoreCopy(dir, copy!)
    project = openProject(dir)
    expect(everything(project)).toEqual(wanted)
    expect(project.replayed.failed).toEqual([expect.stringMatching(/cut off/)])
    project.close()
  })

  it('tells which steps are missing where a line is damaged', async () => {
    let project = make(dir)
    const copy = await makeCopy(project)
    for (let number = 1; number < 10; number++) correct(project, number)
    project.close()
    const lines = readFileSync(log(), 'utf8').split('\n')
    writeFileSync(
      log(),
      lines.map((line, index) => (index === 1 ? line.replace('apply', 'appyl') : line)).join('\n'),
    )
    restoreCopy(dir, copy!)
    project = openProject(dir)
    expect(project.replayed.failed[0]).toMatch(/damaged/)
    expect(project.replayed.failed[1]).toMatch(/train\/a1.*could not be replayed.*version/)
    project.close()
  })

  it('of another project is put aside, and not replayed', () => {
    const project = make(dir)
    correct(project, 1)
    project.close()
    const other = make(join(base, 'other'))
    other.close()
    copyFileSync(log(), join(base, 'other', 'corrections.jsonl'))
    const opened = openProject(join(base, 'other'))
    expect(opened.replayed.applied).toBe(0)
    expect(getCorrections(opened, { image: 2, annotation: 'a1' }).version).toBe(0)
    opened.close()
    expect(existsSync(join(base, 'other', 'corrections.other-1.jsonl'))).toBe(true)
  })
})

describe('review marks', () => {
  const states = (project: Project): unknown =>
    listImages(project).map(({ id }) => imageItem(project, { id }).review)
  const progress = (project: Project): unknown => {
    const { counts, sessions } = reviewProgress(project)
    return { counts, sessions }
  }

  it('come back with the log, in their order, many at once and taken back ones too, and once only', async () => {
    let project = make(dir)
    markReview(project, { ids: [1, 2, 3] }, 'skipped', 1_000_000)
    const copy = await makeCopy(project)
    markReview(project, { ids: [2, 5, 6] }, 'accepted', 2_000_000)
    correct(project, 1)
    markReview(project, { ids: [6] }, 'none', 3_000_000)
    const all = { filter: {}, sort: { by: 'name' as const, descending: false } }
    markReview(project, { query: all, except: [1, 2, 3] }, 'flagged', 4_000_000)
    markReview(project, { ids: [9] }, 'fixed', 5_000_000)
    const wanted = [states(project), progress(project)]
    project.close()
    expect(listChoices(dir).at(-1)).toMatchObject({ name: copy, problem: null, corrections: 1, marks: 302 })
    for (let time = 0; time < 2; time++) {
      restoreCopy(dir, copy!)
      project = openProject(dir)
      expect(project.replayed).toEqual({ applied: 5, failed: [] })
      expect([states(project), progress(project)]).toEqual(wanted)
      replayForeignLog(project, join(dir, 'corrections.jsonl'))
      expect([states(project), progress(project)]).toEqual(wanted)
      project.close()
    }
  })

  it('are kept as they are where they are newer than the log that is replayed', () => {
    const project = make(dir)
    markReview(project, { ids: [1, 2] }, 'accepted', 1_000_000)
    project.close()
    const other = make(join(base, 'other'))
    markReview(other, { ids: [2] }, 'flagged', 2_000_000)
    expect(replayForeignLog(other, join(dir, 'corrections.jsonl'))).toEqual({ applied: 1, failed: [] })
    expect(imageItem(other, { id: 1 }).review).toBe('accepted')
    expect(imageItem(other, { id: 2 }).review).toBe('flagged')
    other.close()
  })

  it('of images that a project lacks are told, and the others are marked', () => {
    const project = make(dir)
    markReview(project, { ids: [1, 2] }, 'accepted', 1_000_000)
    project.close()
    const other = createProject(join(base, 'other'), { classes: [{ index: 0, name: 'cat' }] })
    addSplit(other, 'train', '/data/train')
    addImages(other, 'train', [{ path: 'a1.png', label: 0, width: 8, height: 8 }])
    const { failed } = replayForeignLog(other, join(dir, 'corrections.jsonl'))
    expect(failed).toEqual([expect.stringMatching(/mark of "accepted".*lacks 1 of its 2 images/)])
    expect(imageItem(other, { key: 'train/a1.png' }).review).toBe('accepted')
    other.close()
  })
})

describe('damage that is found while a project is open', () => {
  it('keeps the copies that there are, and the next opening looks at the structure', async () => {
    let project = make(dir)
    correct(project, 1)
    project.close()
    const copies = listCopies(dir)
    const outside = openOutside(file)
    outside.exec("UPDATE images SET width = 'a word' WHERE id = 3")
    outside.close()
    project = openProject(dir)
    const heard: string[][] = []
    onDamage(project, () => heard.push(damageOf(project)))
    openBrowser(project).page({ filter: {}, sort: { by: 'name', descending: false } }, 0, 300)
    expect(heard).toEqual([[expect.stringMatching(/row 3 of the table "images".*width/)]])
    correct(project, 2)
    project.close()
    expect(listCopies(dir)).toEqual(copies)
    expect(existsSync(join(dir, 'project.sum'))).toBe(false)
    restoreCopy(dir)
    project = openProject(dir)
    expect(damageOf(project)).toEqual([])
    expect(getCorrections(project, { image: 3, annotation: 'a1' }).version).toBe(1)
    project.close()
  })
})
