/** `relabel labels`: what the screens do, from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addImages, addSplit, listImages } from '../../../core/project/images.ts'
import { createProject, openProject } from '../../../core/project/project.ts'
import { readLabelFile } from '../../../electron/cli/label-file.ts'
import { runJson } from '../cli-run.ts'

const dir = mkdtempSync(join(tmpdir(), 'relabel-labels-cli-'))
const at = join(dir, 'p')
beforeAll(() => {
  const project = createProject(at, {
    classes: ['tench, Tinca tinca', 'dog', 'cat'].map((name, index) => ({ index, name })),
  })
  addSplit(project, 'val', dir)
  addImages(
    project,
    'val',
    ['a.png', 'b, c.png', 'd.png'].map(path => ({ path, label: 1, width: 8, height: 8 })),
  )
  project.close()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const labels = (): unknown[] => {
  const project = openProject(at, { readonly: true })
  const all = listImages(project).map(({ label, truth }) => [label, truth])
  project.close()
  return all
}

it('sets, lists and undoes, by names and from files', async () => {
  await runJson('labels', 'set', at, '--image', 'val/a.png', 'val/d.png', '--class', 'cat', '--author', 'me')
  expect(labels()).toEqual([
    [2, null],
    [1, null],
    [2, null],
  ])
  const listed = await runJson('labels', 'list', at, '--changed')
  expect(listed.json).toMatchObject([
    { key: 'val/a.png', label: 2, original: 1, author: 'me' },
    { key: 'val/d.png', label: 2, original: 1, author: 'me' },
  ])
  const csv = join(dir, 'labels.csv')
  writeFileSync(csv, 'image,class\nval/a.png,tench\n"val/b, c.png","tench, Tinca tinca"\nval/d.png,\n')
  const { json } = await runJson('labels', 'set', at, '--from', csv)
  expect(json).toMatchObject({ changed: 3 })
  expect(labels()).toEqual([
    [0, null],
    [0, null],
    [null, null],
  ])
  await runJson('labels', 'undo', at)
  expect(labels()).toEqual([
    [2, null],
    [1, null],
    [2, null],
  ])
  const lines = join(dir, 'truth.jsonl')
  writeFileSync(
    lines,
    '{"image": "val/a.png", "classes": ["cat", 0]}\n{"image": "val/d.png", "classes": []}\n',
  )
  await runJson('labels', 'set', at, '--from', lines, '--truth')
  expect(labels()).toEqual([
    [2, [0, 2]],
    [1, null],
    [2, []],
  ])
})

it('refuses a file with a bad line, naming it, and changes nothing', () => {
  const file = join(dir, 'bad.csv')
  for (const [text, said] of [
    ['val/a.png,cat\nval/b, c.png,cat', /line 2: not "image,class"/],
    ['{"image": 3}', /line 1: not \{"image"/],
  ] as const) {
    writeFileSync(file, text)
    expect(() => [...readLabelFile(file)]).toThrow(said)
  }
})
