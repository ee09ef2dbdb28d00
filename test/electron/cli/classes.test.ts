/** `relabel classes`: what the screen does, from the command line. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { addImages, addSplit } from '../../../core/project/images.ts'
import { createProject } from '../../../core/project/project.ts'
import { register } from '../../../electron/cli/classes.ts'
import { runCli } from '../cli-run.ts'

let root: string
let dir: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'relabel-cli-classes-'))
  dir = join(root, 'p')
  const project = createProject(dir, {
    classes: ['tench, Tinca tinca', 'drake', 'duck', 'crane', 'crane'].map((name, index) => ({
      index,
      name,
    })),
  })
  addSplit(project, 'train', root)
  addImages(
    project,
    'train',
    [1, 2, 2].map((label, i) => ({ path: `${i}.png`, label, width: 8, height: 8 })),
  )
  project.close()
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

interface Listed {
  index: number
  name: string
  short: string
  colour: string | null
  key: string | null
  into?: number
  order: number
  given: number
}
/** What a command prints; it runs in this process, because starting one takes seconds. */
async function printed(...args: string[]): Promise<string> {
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(piece => {
    text += String(piece)
    return true
  })
  try {
    const program = new Command('relabel').exitOverride()
    register(program)
    await program.parseAsync(['classes', ...args], { from: 'user' })
  } finally {
    write.mockRestore()
  }
  return text
}
const listed = async (): Promise<Listed[]> =>
  (JSON.parse(await printed('list', dir, '--json')) as { classes: Listed[] }).classes

describe('relabel classes', () => {
  it('sets, adds, orders and merges, and says what it did', async () => {
    await printed('rename', dir, 'tench', 'Schleie, Tinca')
    await printed('short', dir, '0', 'tench!')
    await printed('colour', dir, 'Tinca tinca', '#AABBCC')
    expect(await printed('key', dir, '0', 'Alt+J')).toBe(
      'class 0: tench!, full name "Schleie, Tinca", #aabbcc, key Alt+J\n',
    )
    expect(await printed('add', dir, 'heron', '--short', 'her')).toMatch(/added class 5: her/)
    expect(await printed('order', dir, 'heron', '--before', '0')).toMatch(/^her, tench!/)
    expect(await printed('merge', dir, 'duck', '--into', 'drake')).toMatch(
      /^duck \(2 images\) now stand for class 1: drake/,
    )
    const rows = await listed()
    expect(rows[0]).toMatchObject({
      name: 'Schleie, Tinca',
      short: 'tench!',
      colour: '#aabbcc',
      key: 'Alt+J',
    })
    expect(rows[2]).toMatchObject({ into: 1, given: 0 })
    expect([rows[1]!.given, rows[5]!.order]).toEqual([3, 0])
    await printed('separate', dir, 'duck')
    expect((await listed())[2]).toMatchObject({ given: 2 })
  })

  it('refuses what is unknown, ambiguous or invalid, in one line with the way out', async () => {
    await expect(printed('short', dir, 'zebra', 'z')).rejects.toThrow(/no class "zebra".*classes list/)
    await expect(printed('short', dir, 'crane', 'c')).rejects.toThrow(
      /several classes: 3 \(crane\), 4 \(crane\)/,
    )
    await expect(printed('colour', dir, '1', 'red')).rejects.toThrow(/#rrggbb/)
    await expect(printed('order', dir, '1')).rejects.toThrow(/--before CLASS, --last and --by/)
    expect(await runCli('classes', 'separate', dir, 'crane')).toMatchObject({ status: 2, stdout: '' })
  })
})
