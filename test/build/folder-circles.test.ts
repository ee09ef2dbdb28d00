/** Circles between folders are found wherever they run, and nothing else is taken for one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { folderCircles } from '../../build/folder-circles.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'relabel-circles-'))
})
afterEach(() => rmSync(root, { recursive: true }))

/** Files with the specifiers that each imports. */
function make(files: Record<string, string[]>): void {
  for (const [file, imports] of Object.entries(files)) {
    const code = imports.map(name => `import type { X } from '${name}'\n`).join('')
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file.endsWith('.vue') ? `<script setup>\n${code}</script>\n` : code)
  }
}
const found = (): string[] =>
  folderCircles(root, ['core']).map(({ folder, entries }) => `${folder}: ${entries.join(' ')}`)

describe('folderCircles', () => {
  it('finds two folders whose files import each other, though no two files do', () => {
    make({ 'core/a/one.ts': ['../b/two.ts'], 'core/b/two.ts': [], 'core/b/three.ts': ['../a/one.ts'] })
    expect(folderCircles(root, ['core'])).toEqual([
      {
        folder: 'core',
        entries: ['a', 'b'],
        imports: ['core/a/one.ts -> core/b/two.ts', 'core/b/three.ts -> core/a/one.ts'],
      },
    ])
  })

  it('finds a folder and a file beside it', () => {
    make({ 'core/p/open.ts': ['./in/walk.ts'], 'core/p/in/walk.ts': [], 'core/p/in/fill.ts': ['../open.ts'] })
    expect(found()).toEqual(['core/p: in open.ts'])
  })

  it('finds a circle over three folders at different depths', () => {
    make({
      'core/a/deep/er/one.ts': ['../../../b/two.ts'],
      'core/b/two.ts': ['../c/deep/three.vue'],
      'core/c/deep/three.vue': ['../../a/four.ts'],
      'core/a/four.ts': [],
    })
    expect(found()).toEqual(['core: a b c'])
  })

  it('takes imports in one direction for no circle, however many', () => {
    make({
      'core/a/index.ts': ['./parts/one.ts', '../b/two.ts', '../b/deep/three.ts'],
      'core/a/parts/one.ts': ['../../b/two.ts', '../types.ts'],
      'core/a/types.ts': [],
      'core/b/two.ts': ['./deep/three.ts', 'zod'],
      'core/b/deep/three.ts': [],
    })
    expect(found()).toEqual([])
  })
})
