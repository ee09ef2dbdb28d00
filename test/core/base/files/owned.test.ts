/** Entries that the program owns: what passes, and that every other kind is refused by name, wherever it lies. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  makeOwnedFolder,
  requireOwned,
  requireOwnedFile,
  requireOwnedTree,
} from '../../../../core/base/files/owned.ts'

let root: string
beforeEach(() => {
  root = join(realpathSync(mkdtempSync(join(tmpdir(), 'relabel-owned-'))), 'root')
  mkdirSync(join(root, 'a/b'), { recursive: true })
  writeFileSync(join(root, 'a/b/file'), 'x')
  mkdirSync(join(root, '../outside/b'), { recursive: true })
  writeFileSync(join(root, '../outside/b/file'), 'secret')
})
afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }))
const at = (...names: string[]): string => join(root, ...names)

it('accepts what is there itself, and what does not exist yet', () => {
  expect(requireOwned(root, at('a/b/file'), 'file')).toBe(at('a/b/file'))
  expect(requireOwned(root, at('a/b'), 'folder')).toBe(at('a/b'))
  expect(requireOwned(root, at('a/c/d'), 'file')).toBe(at('a/c/d'))
  requireOwnedTree(root)
  requireOwnedTree(at('nothing'))
  expect(makeOwnedFolder(root, at('x/y'))).toBe(at('x/y'))
  requireOwned(root, at('x/y'), 'folder')
})

it('goes through links to the root itself, which a person named', () => {
  symlinkSync(root, at('../link'))
  const linked = at('../link')
  expect(requireOwned(linked, join(linked, 'a/b/file'), 'file')).toBe(join(linked, 'a/b/file'))
  requireOwnedTree(linked)
})

const strange: Record<string, (path: string) => void> = {
  'a link to a file outside': path => symlinkSync(at('../outside/b/file'), path),
  'a link to a folder outside': path => symlinkSync(at('../outside'), path),
  'a link to a file inside': path => symlinkSync(at('a/b/file'), path),
  'a link to nothing': path => symlinkSync(at('../nowhere'), path),
  'a pipe': path => execFileSync('mkfifo', [path]),
}

for (const [what, make] of Object.entries(strange))
  it.skipIf(process.platform === 'win32')(`refuses ${what}, at the end of the path and on the way`, () => {
    make(at('odd'))
    make(at('a/odd'))
    for (const kind of ['file', 'folder'] as const) {
      expect(() => requireOwned(root, at('odd'), kind)).toThrow(at('odd'))
      expect(() => requireOwned(root, at('a/odd'), kind)).toThrow(at('a/odd'))
      expect(() => requireOwned(root, at('a/odd/b/file'), kind)).toThrow(at('a/odd'))
    }
    expect(() => makeOwnedFolder(root, at('odd/made'))).toThrow(at('odd'))
    expect(() => requireOwnedTree(at('a'))).toThrow(at('a/odd'))
    expect(() => requireOwnedTree(root)).toThrow(/odd/)
    expect(() => requireOwned(root, at('odd'), 'file')).toThrow(
      expect.objectContaining({ code: 'bad-project' }),
    )
  })

it('tells a folder from a file', () => {
  expect(() => requireOwned(root, at('a/b'), 'file')).toThrow(/is not a file/)
  expect(() => requireOwned(root, at('a/b/file'), 'folder')).toThrow(/is not a folder/)
  expect(() => requireOwned(root, at('a/b/file/c'), 'file')).toThrow(/is not a folder/)
})

it('knows how large a file may be', () => {
  expect(requireOwnedFile(at('a/b/file'), 1)).toBe(at('a/b/file'))
  expect(requireOwnedFile(at('a/nothing'), 1)).toBe(at('a/nothing'))
  expect(() => requireOwnedFile(at('a/b/file'), 0)).toThrow(/has 1 bytes/)
  expect(() => requireOwnedFile(at('a/b'))).toThrow(/is not a file/)
})
