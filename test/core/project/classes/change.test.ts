/** Changing the classes of a project: durable, reversible, checked, and followed by everything that reads labels. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addImages, addSplit, iterateImages } from '../../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../../core/project/project.ts'
import { changeClasses, restoreClasses } from '../../../../core/project/classes/change.ts'
import { imagesOfClasses } from '../../../../core/project/classes/counts.ts'
import { listClasses } from '../../../../core/project/classes/list.ts'
import { openBrowser } from '../../../../core/project/browse/browser.ts'
import { resolveFilter } from '../../../../core/project/browse/filter-classes.ts'
import { refreshClasses } from '../../../../core/project/database/classes.ts'
import { makeCopy } from '../../../../core/project/recovery/copies.ts'
import { restoreCopy } from '../../../../core/project/recovery/restore.ts'
import { createSnapshot, readSnapshot } from '../../../../core/project/snapshots.ts'
import { addAnnotation } from '../../../../core/project/annotations.ts'
import { writeMeasures, measuredCount } from '../../../../core/project/browse/measures.ts'

const names = ['tench, Tinca tinca', 'drake', 'duck', 'crane', 'quail']
let dir: string
let project: Project

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-classes-'))
  project = createProject(join(dir, 'p'), {
    classes: names.map((name, index) => ({ index, name, wnid: `n0000000${index}` })),
  })
  addSplit(project, 'train', dir)
  addImages(
    project,
    'train',
    [0, 1, 2, 2, 3, 4].map((label, i) => ({
      path: `${i}.png`,
      label,
      width: 8,
      height: 8,
      truth: i === 2 ? [1, 2] : null,
    })),
  )
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const reopen = (): void => {
  project.close()
  project = openProject(join(dir, 'p'))
}
const codeOf = (action: () => unknown): string => {
  try {
    action()
    return 'nothing'
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return `${code}: ${message}`
  }
}
const shown = (): { short: string; colour: string | null; key: string | null; into?: number }[] =>
  listClasses(project).map(({ short, colour, key, into }) => ({
    short,
    colour,
    key,
    ...(into === undefined ? {} : { into }),
  }))
const labels = (): (number | null)[] => [...iterateImages(project)].map(image => image.label)
const found = (classes: number[]): number =>
  openBrowser(project).count({
    filter: resolveFilter(project, { classes }),
    sort: { by: 'name', descending: false },
  }).total

describe('settings of a class', () => {
  it('are kept when the project is opened again, and taken back step by step', () => {
    const first = changeClasses(project, {
      kind: 'set',
      class: 1,
      name: 'mallard',
      short: 'mal',
      colour: '#12ab34',
      key: 'J',
    })
    expect(first).toMatchObject({ version: 1, changed: 1, added: null })
    reopen()
    expect(project.classes[1]).toEqual({ index: 1, name: 'mallard', wnid: 'n00000001', also: ['drake'] })
    expect(shown()[1]).toEqual({ short: 'mal', colour: '#12ab34', key: 'J' })
    const back = restoreClasses(project, first.back!, first.version)
    expect(project.classes[1]).toEqual({ index: 1, name: 'drake', wnid: 'n00000001' })
    expect(shown()[1]).toEqual({ short: 'drake', colour: null, key: null })
    restoreClasses(project, back.back!, back.version)
    expect(project.classes[1]!.name).toBe('mallard')
  })

  it('of no effect change nothing', () => {
    expect(changeClasses(project, { kind: 'set', class: 1, name: 'drake', short: null })).toMatchObject({
      version: 0,
      changed: 0,
      back: [],
    })
  })

  it('must be unambiguous, and are refused by name', () => {
    changeClasses(project, { kind: 'set', class: 4, name: 'common quail', short: 'q', key: 'K' })
    const set = (change: object): string =>
      codeOf(() => changeClasses(project, { kind: 'set', class: 1, ...change } as never))
    expect(set({ short: 'tench' })).toMatch(/usage: "tench" is the short name of class 0/)
    expect(set({ key: 'K' })).toMatch(/usage: the key K chooses class 4/)
    expect(set({ name: 'Tinca  TINCA' })).toMatch(/usage: "tinca tinca" is a name of class 0/)
    expect(set({ name: 'quail' })).toMatch(
      /usage: "quail" is a name of class 4 \(common quail\), now or before/,
    )
    expect(codeOf(() => changeClasses(project, { kind: 'set', class: 9, short: 'x' }))).toMatch(/not-found/)
    expect(
      codeOf(() => changeClasses(project, { kind: 'set', class: 1, short: 'x' }, { version: 0 })),
    ).toMatch(/conflict/)
    expect(project.classes.map(one => one.name)).toEqual([...names.slice(0, 4), 'common quail'])
  })
})

describe('a new class', () => {
  it('gets the next number, and cannot be removed', () => {
    const added = changeClasses(project, { kind: 'add', name: 'heron', wnid: 'n00000099', short: 'her' })
    expect(added).toMatchObject({ added: 5, back: null })
    expect(codeOf(() => changeClasses(project, { kind: 'add', name: 'Heron' }))).toMatch(/usage/)
    expect(codeOf(() => changeClasses(project, { kind: 'add', name: 'ibis', wnid: 'n00000001' }))).toMatch(
      /class 1 \(drake\) has the WordNet id/,
    )
    reopen()
    expect(project.classes).toHaveLength(6)
    expect(project.classes[5]).toEqual({ index: 5, name: 'heron', wnid: 'n00000099' })
  })
})

describe('merging', () => {
  it('resolves labels, truth, filters and counts, and separating brings them back', () => {
    expect(imagesOfClasses(project, [1, 2])).toMatchObject({ given: 3 })
    const merged = changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
    expect(labels()).toEqual([0, 1, 1, 1, 3, 4])
    expect([...iterateImages(project)][2]!.truth).toEqual([1])
    expect([found([1]), found([2]), imagesOfClasses(project, [1]).given]).toEqual([3, 3, 3])
    expect(shown()[2]).toMatchObject({ into: 1 })
    addImages(project, 'train', [{ path: '9.png', label: 2, width: 8, height: 8 }])
    expect([found([1]), found([2])]).toEqual([4, 4])
    restoreClasses(project, merged.back!, merged.version)
    expect(labels()).toEqual([0, 1, 2, 2, 3, 4, 2])
    expect([found([1]), found([2])]).toEqual([1, 3])
  })

  it('of merged classes follows the chain, and separates one link at a time', () => {
    changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
    changeClasses(project, { kind: 'merge', classes: [1], into: 4 })
    expect(project.classes.map(one => one.into)).toEqual([undefined, 4, 4, undefined, undefined])
    changeClasses(project, { kind: 'merge', classes: [3, 4], into: 2 })
    expect(project.classes.map(one => one.into)).toEqual([undefined, 4, 4, 4, undefined])
    changeClasses(project, { kind: 'separate', classes: [1] })
    expect(project.classes.map(one => one.into)).toEqual([undefined, undefined, 1, 4, undefined])
    expect(codeOf(() => changeClasses(project, { kind: 'merge', classes: [4], into: 4 }))).toMatch(/usage/)
    expect(codeOf(() => changeClasses(project, { kind: 'separate', classes: [0] }))).toMatch(
      /usage: class 0 .* is not merged/,
    )
  })

  it('lets the short name of a merged class be given to another', () => {
    changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
    changeClasses(project, { kind: 'set', class: 1, short: 'duck' })
    expect(shown()[1]!.short).toBe('duck')
    changeClasses(project, { kind: 'separate', classes: [2] })
    expect(shown().map(one => one.short)).toEqual(['tench', 'duck', 'duck #2', 'crane', 'quail'])
  })

  it('drops the measures that tell of the merged classes, and says whose', () => {
    const { id } = addAnnotation(project, { config: {}, manifest: {} })
    const measures = { confidence: 0.5, margin: 0.1, entropy: 0.2, listed: true }
    const images = [...iterateImages(project)]
    writeMeasures(
      project,
      id,
      images.map((image, i) => ({ image: image.id, top: i === 0 ? 2 : image.label!, ...measures })),
    )
    const { remeasure } = changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
    expect(remeasure).toEqual([id])
    expect(measuredCount(project, id)).toBe(2) // of crane and quail
  })
})

describe('the order of display', () => {
  const order = (): number[] =>
    listClasses(project)
      .sort((a, b) => a.order - b.order)
      .map(one => one.index)

  it('moves some, any number of times, and arranges all', () => {
    changeClasses(project, { kind: 'move', classes: [4, 3], before: 1 })
    expect(order()).toEqual([0, 3, 4, 1, 2])
    changeClasses(project, { kind: 'move', classes: [0], before: null })
    expect(order()).toEqual([3, 4, 1, 2, 0])
    for (let i = 0; i < 120; i++) changeClasses(project, { kind: 'move', classes: [order()[2]!], before: 4 })
    const last = order()
    expect(last[2]).toBe(4)
    reopen()
    expect(order()).toEqual(last)
    changeClasses(project, { kind: 'arrange', by: 'name' })
    expect(order()).toEqual([3, 1, 2, 4, 0])
    const sorted = changeClasses(project, { kind: 'arrange', by: 'number' })
    expect(order()).toEqual([0, 1, 2, 3, 4])
    restoreClasses(project, sorted.back!, sorted.version)
    expect(order()).toEqual([3, 1, 2, 4, 0])
  })
})

describe('a copy of the database', () => {
  it('gets the changes made since from the log, in their order, and once only', async () => {
    changeClasses(project, { kind: 'set', class: 0, short: 'before' })
    const copy = await makeCopy(project)
    changeClasses(project, { kind: 'add', name: 'heron' })
    changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
    const renamed = changeClasses(project, { kind: 'set', class: 1, name: 'mallard', key: 'J' })
    restoreClasses(project, renamed.back!, renamed.version)
    changeClasses(project, { kind: 'move', classes: [5], before: 0 })
    const wanted = [listClasses(project), labels(), found([1])]
    for (let time = 0; time < 2; time++) {
      project.close()
      restoreCopy(join(dir, 'p'), copy!)
      project = openProject(join(dir, 'p'))
      expect(project.replayed).toEqual({ applied: 5, failed: [] })
      expect([listClasses(project), labels(), found([1])]).toEqual(wanted)
    }
    reopen()
    expect(project.replayed).toEqual({ applied: 0, failed: [] })
  })
})

describe('a snapshot', () => {
  it('keeps the classes that it was made with, and has its id of before without merged ones', () => {
    const of = { splits: ['train'], annotation: null }
    const before = createSnapshot(project, of)
    changeClasses(project, { kind: 'set', class: 1, short: 'mal', colour: '#112233', key: 'J' })
    expect(createSnapshot(project, of)).toBe(before)
    changeClasses(project, { kind: 'add', name: 'heron' })
    changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
    const after = createSnapshot(project, of)
    expect(readSnapshot(project, before).classes).toHaveLength(5)
    expect(readSnapshot(project, before).images.map(one => one.label)).toEqual([0, 1, 2, 2, 3, 4])
    expect(readSnapshot(project, after).classes[2]).toMatchObject({ name: 'duck', into: 1 })
    expect(readSnapshot(project, after).images.map(one => one.label)).toEqual([0, 1, 1, 1, 3, 4])
  })
})

describe('another connection', () => {
  it('reads the classes anew once they changed', () => {
    const reader = openProject(join(dir, 'p'), { readonly: true })
    try {
      changeClasses(project, { kind: 'merge', classes: [2], into: 1 })
      expect(reader.classes[2]!.into).toBeUndefined()
      refreshClasses(reader)
      expect(reader.classes[2]!.into).toBe(1)
    } finally {
      reader.close()
    }
  })
})
