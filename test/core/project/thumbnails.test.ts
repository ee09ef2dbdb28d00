/** The store of thumbnails: what it keeps, what it drops, and that nothing it meets makes it fail. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProject, openProject, type Project } from '../../../core/project/project.ts'
import { openThumbnails } from '../../../core/project/thumbnails.ts'

let dir: string
let project: Project
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-thumbnails-'))
  project = createProject(join(dir, 'p'), { classes: [{ index: 0, name: 'cat' }] })
})
afterEach(() => {
  project.close()
  rmSync(dir, { recursive: true, force: true })
})

const source = { modified: 1700000000123.5, size: 99 }
const file = (): string => join(project.dir, 'cache', 'thumbnails.db')

describe('thumbnails', () => {
  it('come back by image and side, of the same source only', () => {
    const store = openThumbnails(project)
    expect(existsSync(file())).toBe(false)
    store.put(1, 160, source, Buffer.from('one'))
    store.put(1, 80, source, Buffer.from('small'))
    expect(store.get(1, 160, source)?.toString()).toBe('one')
    expect(store.get(1, 80, source)?.toString()).toBe('small')
    expect(store.get(2, 80, source)).toBeNull()
    expect(store.get(1, 160, { ...source, size: 98 })).toBeNull()
    expect(store.get(1, 160, { ...source, modified: 1 })).toBeNull()
    store.put(1, 160, { ...source, size: 98 }, Buffer.from('new'))
    expect(store.get(1, 160, { ...source, size: 98 })?.toString()).toBe('new')
    expect(store.bytes()).toBe(8)
    store.close()
    const again = openThumbnails(project)
    expect(again.get(1, 80, source)?.toString()).toBe('small')
    again.close()
  })

  it('stay within the budget: the oldest go', () => {
    const store = openThumbnails(project, { budget: 1000 })
    for (let image = 1; image <= 50; image++) store.put(image, 80, source, new Uint8Array(100))
    expect(store.bytes()).toBeLessThanOrEqual(1000)
    expect(store.get(1, 80, source)).toBeNull()
    expect(store.get(50, 80, source)).toHaveLength(100)
    store.put(99, 80, source, new Uint8Array(2000))
    expect(store.get(99, 80, source)).toBeNull()
    expect(store.get(50, 80, source)).toHaveLength(100)
    store.close()
  })

  it('outlive a deleted and a damaged file', () => {
    const first = openThumbnails(project)
    first.put(1, 80, source, Buffer.from('one'))
    first.close()
    rmSync(join(project.dir, 'cache'), { recursive: true })
    const second = openThumbnails(project)
    expect(second.get(1, 80, source)).toBeNull()
    second.put(1, 80, source, Buffer.from('two'))
    second.close()
    writeFileSync(file(), 'no database at all, but long enough to be looked at'.repeat(40))
    const third = openThumbnails(project)
    expect(third.get(1, 80, source)).toBeNull()
    third.put(1, 80, source, Buffer.from('three'))
    expect(third.get(1, 80, source)?.toString()).toBe('three')
    third.close()
  })

  it('are simply not kept where the project cannot be written', () => {
    project.close()
    project = openProject(join(dir, 'p'), { readonly: true })
    const store = openThumbnails(project)
    store.put(1, 80, source, Buffer.from('one'))
    expect(store.get(1, 80, source)).toBeNull()
    expect(store.bytes()).toBe(0)
    expect(existsSync(file())).toBe(false)
    store.close()
  })

  it('are simply not kept where the cache is not a folder', () => {
    writeFileSync(join(project.dir, 'cache'), 'a file')
    chmodSync(join(project.dir, 'cache'), 0o444)
    const store = openThumbnails(project)
    store.put(1, 80, source, Buffer.from('one'))
    expect(store.get(1, 80, source)).toBeNull()
    store.close()
  })
})
