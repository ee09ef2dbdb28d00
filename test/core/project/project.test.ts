/** Projects on disk: round trips, migration, one writer, readers beside it, full and read-only disks. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RelabelError } from '../../../core/base/error.ts'
import { addAnnotation, listAnnotations } from '../../../core/project/annotations.ts'
import { addImages, addSplit, listImages, listSplits } from '../../../core/project/images.ts'
import { beginProject, createProject, openProject } from '../../../core/project/project.ts'
import { schemaVersion } from '../../../core/project/database/schema.ts'
import { openOutside } from './outside.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-project-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const classes = [
  { index: 0, name: 'cat', wnid: 'n01' },
  { index: 1, name: 'dog' },
]
const module = (name: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../../core/project/${name}`, import.meta.url)))

function codeOf(action: () => unknown): { code: string; message: string } {
  try {
    action()
  } catch (error) {
    if (error instanceof RelabelError) return { code: error.code, message: error.message }
    throw error
  }
  return { code: 'none', message: '' }
}

/** A project with a hundred images. */
function filled(at: string): void {
  const project = createProject(at, { classes })
  addSplit(project, 'train', '/images')
  addImages(
    project,
    'train',
    Array.from({ length: 100 }, (_, i) => ({ path: `cat/${i}.png`, label: 0, width: 8, height: 8 })),
  )
  project.close()
}

describe('a project', () => {
  it('keeps its name and classes', () => {
    createProject(dir, { name: 'pets', classes }).close()
    const project = openProject(dir)
    expect(project.name).toBe('pets')
    expect(project.classes).toEqual(classes)
    project.close()
  })

  it('is not made where one is', () => {
    createProject(dir, { classes }).close()
    expect(codeOf(() => createProject(dir, { classes })).code).toBe('usage')
  })

  it('is there only when it is whole', () => {
    const draft = beginProject(dir, { name: 'first', classes })
    addSplit(draft.project, 'train', '/images')
    expect(codeOf(() => openProject(dir)).code).toBe('bad-project')
    expect(codeOf(() => createProject(dir, { classes })).code).toBe('locked')
    draft.project.close()
    expect(readdirSync(dir).filter(name => name.endsWith('.db'))).toEqual([])
    // A draft that a kill left behind does not stand in the way.
    writeFileSync(join(dir, 'project.new.db'), 'half a database')
    const second = beginProject(dir, { name: 'second', classes })
    addSplit(second.project, 'test', '/images')
    const project = second.finish()
    expect(project.name).toBe('second')
    expect(listSplits(project).map(split => split.name)).toEqual(['test'])
    expect(codeOf(() => openProject(dir)).code).toBe('locked')
    project.close()
    openProject(dir).close()
    expect(readdirSync(dir).filter(name => name.includes('new'))).toEqual([])
  })

  it('refuses class lists with holes or without names', () => {
    expect(codeOf(() => createProject(dir, { classes: [] })).code).toBe('usage')
    expect(codeOf(() => createProject(dir, { classes: [{ index: 1, name: 'a' }] })).code).toBe('usage')
    expect(codeOf(() => createProject(dir, { classes: [{ index: 0, name: '' }] })).code).toBe('usage')
  })

  it('says when there is none', () => {
    expect(codeOf(() => openProject(join(dir, 'nowhere'))).code).toBe('not-found')
    expect(codeOf(() => openProject(dir)).code).toBe('bad-project')
    writeFileSync(
      join(dir, 'project.db'),
      'this is not a database, but long enough to look like one'.repeat(50),
    )
    expect(codeOf(() => openProject(dir)).code).toBe('bad-project')
  })

  it('of a newer version is left alone', () => {
    createProject(dir, { classes }).close()
    const db = openOutside(join(dir, 'project.db'))
    db.pragma(`user_version = ${schemaVersion + 1}`)
    db.close()
    const before = readFileSync(join(dir, 'project.db'))
    for (const readonly of [true, false]) {
      const { code, message } = codeOf(() => openProject(dir, { readonly }))
      expect(code).toBe('bad-project')
      expect(message).toMatch(/newer version.*update/)
    }
    expect(readFileSync(join(dir, 'project.db')).equals(before)).toBe(true)
  })

  it.each([true, false])('of an older version is brought up to date (readonly: %s)', readonly => {
    filled(dir)
    const db = openOutside(join(dir, 'project.db'))
    // What later versions added goes, so that the file is as version 1 wrote it.
    const first = ['meta', 'classes', 'splits', 'images', 'annotations', 'runs', 'snapshots']
    const later = db
      .prepare<[], { type: string; name: string }>(
        "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
      )
      .all()
    for (const { type, name } of later.filter(one => one.type !== 'table')) db.exec(`DROP ${type} "${name}"`)
    for (const { type, name } of later)
      if (type === 'table' && !first.includes(name)) db.exec(`DROP TABLE "${name}"`)
    for (const column of ['size', 'modified', 'sha256']) db.exec(`ALTER TABLE images DROP COLUMN ${column}`)
    for (const column of ['also', 'short', 'colour', 'key', 'place', 'merged', 'root'])
      db.exec(`ALTER TABLE classes DROP COLUMN ${column}`)
    db.exec('ALTER TABLE annotations DROP COLUMN sure')
    db.pragma('user_version = 1')
    db.close()
    const project = openProject(dir, { readonly })
    expect(project.db.pragma('user_version', { simple: true })).toBe(schemaVersion)
    const indexes = project.db.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").pluck().all()
    expect(indexes).toContain('images_by_label')
    expect(listImages(project)).toHaveLength(100)
    project.close()
  })
})

describe('the lock', () => {
  const holder = `
    const { openProject } = await import(${module('project.ts')})
    const project = openProject(process.argv[1])
    process.stdout.write('open')
    setInterval(() => project, 1000)
  `
  async function hold(): Promise<ReturnType<typeof spawn>> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout!, 'data')
    return child
  }

  it('names the process that has it, lets readers in, and ends with kill -9', async () => {
    filled(dir)
    const child = await hold()
    try {
      const { code, message } = codeOf(() => openProject(dir))
      expect(code).toBe('locked')
      expect(message).toContain(`process ${child.pid}`)
      const reader = openProject(dir, { readonly: true })
      expect(listImages(reader)).toHaveLength(100)
      reader.close()
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    const project = openProject(dir)
    expect(listImages(project)).toHaveLength(100)
    project.close()
  })

  it('holds within a process, too', () => {
    filled(dir)
    const project = openProject(dir)
    expect(codeOf(() => openProject(dir)).code).toBe('locked')
    project.close()
    openProject(dir).close()
  })

  it('lets a reader see what a writer adds', () => {
    filled(dir)
    const project = openProject(dir)
    const reader = openProject(dir, { readonly: true })
    addAnnotation(project, { config: { k: 5 } })
    expect(listAnnotations(reader).map(row => row.config)).toEqual([{ k: 5 }])
    expect(() => addAnnotation(reader, { config: 1 })).toThrow(/read-only/)
    reader.close()
    project.close()
  })
})

describe('a disk that fails', () => {
  /** Runs a script in a child whose files may not grow beyond `blocks` KiB. */
  function limited(blocks: number, script: string): { status: number | null; output: string } {
    const done = spawnSync(
      'bash',
      [
        '-c',
        `ulimit -f ${blocks}; exec "$0" --input-type=module -e "$1" "$2"`,
        process.execPath,
        script,
        dir,
      ],
      { encoding: 'utf8' },
    )
    return { status: done.status, output: done.stdout + done.stderr }
  }
  const add = `
    const { openProject } = await import(${module('project.ts')})
    const { addImages } = await import(${module('images.ts')})
    try {
      const project = openProject(process.argv[1])
      addImages(project, 'train', Array.from({ length: 50000 }, (_, i) => ({ path: 'dog/' + i + '.png', label: 1, width: 8, height: 8 })))
      console.log('added')
    } catch (error) { console.log(error.code + ': ' + error.message) }
  `

  it.skipIf(process.platform === 'win32')('that is full loses nothing that was stored', () => {
    filled(dir)
    const { output } = limited(300, add)
    expect(output).toMatch(/^disk: .*project\.db/)
    const project = openProject(dir)
    expect(listImages(project)).toHaveLength(100)
    expect(project.db.pragma('integrity_check', { simple: true })).toBe('ok')
    project.close()
  })

  it.skipIf(process.platform === 'win32')('that is full leaves no half project behind', () => {
    const script = `
      const { createProject } = await import(${module('project.ts')})
      try { createProject(process.argv[1], { classes: Array.from({ length: 200000 }, (_, index) => ({ index, name: 'class ' + index })) }) }
      catch (error) { console.log(error.code) }
    `
    expect(limited(300, script).output.trim()).toBe('disk')
    createProject(dir, { classes }).close()
  })

  const mounted = process.platform === 'linux' && process.getuid?.() === 0
  it.skipIf(!mounted)('that is read-only can be read, and says so when written', () => {
    filled(dir)
    const mount = spawnSync('mount', ['--bind', '-o', 'ro', dir, dir])
    const remount = spawnSync('mount', ['-o', 'remount,bind,ro', dir])
    try {
      if (mount.status !== 0 || remount.status !== 0) return // a container may forbid mounting
      expect(codeOf(() => openProject(dir)).code).toBe('disk')
      const reader = openProject(dir, { readonly: true })
      expect(listImages(reader)).toHaveLength(100)
      reader.close()
      expect(codeOf(() => createProject(join(dir, 'below'), { classes })).code).toBe('disk')
    } finally {
      spawnSync('umount', [dir])
    }
  })

  it('where a file is in the way of the folder is reported', () => {
    writeFileSync(join(dir, 'file'), '')
    expect(codeOf(() => createProject(join(dir, 'file', 'project'), { classes })).code).toBe('disk')
    filled(join(dir, 'p'))
    const project = openProject(join(dir, 'p'))
    writeFileSync(join(dir, 'p', 'annotations'), '')
    const { code, message } = codeOf(() => addAnnotation(project, { config: 1 }))
    expect(code).toBe('bad-project')
    expect(message).toContain(join(dir, 'p', 'annotations'))
    expect(listAnnotations(project)).toEqual([])
    project.close()
    expect(codeOf(() => openProject(join(dir, 'p'))).message).toBe(message)
  })
})
