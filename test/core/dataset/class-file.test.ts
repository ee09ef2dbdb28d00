/** Class files in their forms, and which folder is which class. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classesOfFolders, matchFolders, readClasses } from '../../../core/dataset/class-file.ts'

let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-classes-'))))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function file(content: string): string {
  const path = join(dir, `${Math.abs(content.length * 31 + content.charCodeAt(0))}.txt`)
  writeFileSync(path, content)
  return path
}
const named = [
  { index: 0, name: 'tench', wnid: 'n01' },
  { index: 1, name: 'goldfish', wnid: 'n02' },
]
const plain = [
  { index: 0, name: 'tench' },
  { index: 1, name: 'goldfish' },
]

describe('readClasses', () => {
  it.each([
    ['names', '["tench", "goldfish"]', plain],
    ['objects in any order', JSON.stringify([named[1], named[0]]), named],
    ['an object of pairs', '{"0": ["n01", "tench"], "1": ["n02", "goldfish"]}', named],
    ['an object of names', '{"1": "goldfish", "0": "tench"}', plain],
    ['lines', 'tench\r\ngoldfish\r\n\r\n', plain],
    ['lines behind a byte order mark', '\uFEFFtench\ngoldfish', plain],
  ])('reads %s', async (_, content, expected) => {
    expect(await readClasses(file(content))).toEqual(expected)
  })

  it.each([
    ['broken JSON', '["tench", ', /not valid JSON/],
    ['an empty file', '', /names no class/],
    ['an empty list', '[]', /names no class/],
    ['a hole', '[{"index": 0, "name": "a"}, {"index": 2, "name": "b"}]', /indices must be 0 to 1/],
    ['an index twice', '[{"index": 0, "name": "a"}, {"index": 0, "name": "b"}]', /indices must be 0 to 1/],
    ['an empty line inside', 'a\n\nb', /class 1 has an empty name/],
    ['numbers', '[1, 2]', /entry 0 is neither/],
  ])('refuses %s', async (_, content, message) => {
    await expect(readClasses(file(content))).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(message) as string,
    })
  })

  it('says when there is no file', async () => {
    await expect(readClasses(join(dir, 'none.json'))).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('matching folders', () => {
  it('goes by wnid, then by name, then by number', () => {
    expect([...matchFolders(['n02', 'tench', 'eel'], named)]).toEqual([
      ['n02', 1],
      ['tench', 0],
      ['eel', null],
    ])
    expect([...matchFolders(['1', '0'], named).values()]).toEqual([1, 0])
    expect([...matchFolders(['1', '2'], named).values()]).toEqual([null, null])
    // Names that are numbers go first: folder "1" is the class called "1".
    expect([
      ...matchFolders(
        ['1'],
        [...'10'].map((name, index) => ({ index, name })),
      ).values(),
    ]).toEqual([0])
  })

  it('leaves names that two classes share alone', () => {
    const cranes = ['crane', 'crane', 'owl'].map((name, index) => ({ index, name }))
    expect([...matchFolders(['crane', 'owl'], cranes).values()]).toEqual([null, 2])
  })

  it('sorts folders as torchvision does', () => {
    expect(classesOfFolders(['b', '10', '9', 'B', 'b']).map(entry => entry.name)).toEqual([
      '10',
      '9',
      'B',
      'b',
    ])
  })
})
