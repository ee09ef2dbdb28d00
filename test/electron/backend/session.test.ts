/** Opening, losing and leaving projects; what a launch remembers; and disks that cannot be written. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addAnnotation } from '../../../core/project/annotations.ts'
import { openProject } from '../../../core/project/project.ts'
import { drop, launch, openHost, png, projectOf, scratch, send, stop, type Host } from './host.ts'

let dir: string
let project: string
const hosts: Host[] = []
beforeEach(async () => {
  dir = scratch()
  await png(join(dir, 'images/cat/1.png'))
  await png(join(dir, 'images/dog/2.png'))
  project = await projectOf(dir)
})
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop()
  drop(dir)
})
async function host(words: readonly string[] = [], wrap: readonly string[] = []): Promise<Host> {
  const opened = await openHost(['--home', join(dir, 'home'), ...words], wrap)
  hosts.push(opened)
  return opened
}
/** An annotation without maps, which is enough to correct. */
function annotated(): void {
  const opened = openProject(project)
  addAnnotation(opened, { config: { split: 'train' } })
  opened.close()
}
const edit = (id: string, first: number, cells: number) => ({
  id,
  author: 'me',
  created: '2026-01-01T00:00:00.000Z',
  tool: 'brush',
  operation: { kind: 'set', class: 1, to: null, amount: 5, what: null },
  changes: Array.from({ length: cells }, (_, i) => ({
    cell: first + i,
    class: 1,
    before: null,
    after: { logit: Math.sin((first + i) * 12.9898) * 100, edit: id },
  })),
})
const apply = (backend: Host, version: number, id: string, cells = 8000) =>
  backend.call('corrections.apply', {
    image: 1,
    annotation: 'a1',
    version,
    edit: edit(id, version * 10_000, cells),
  })

describe('a launch', () => {
  it('keeps settings and recent projects, and opens again what a kill interrupted', async () => {
    const first = await host(['--project', project])
    await first.call('app.settings', { theme: 'dark', keys: { undo: ['Ctrl+Z'] } })
    await stop(first.child, 'SIGKILL')
    const second = await host()
    const { json } = await second.call('app.info')
    expect(json).toMatchObject({
      settings: { theme: 'dark', keys: { undo: ['Ctrl+Z'] } },
      recent: [{ dir: project, missing: false }],
    })
    expect((await second.call('project.info')).json).toMatchObject({
      dir: project,
      images: 2,
      readonly: null,
    })
    expect(await second.stop()).toBe(0)
    expect((await (await host()).call('project.info')).json).toBeNull()
  })

  it('starts over with damaged settings and keeps the damaged file', async () => {
    mkdirSync(join(dir, 'home'))
    writeFileSync(join(dir, 'home/settings.json'), '{"theme": "pur')
    const { json } = await (await host()).call('app.info')
    expect(json).toMatchObject({ settings: { theme: 'system' } })
    expect(readFileSync(join(dir, 'home/settings.json.damaged'), 'utf8')).toContain('pur')
  })

  it('listens on a socket that only this user reaches, in the place of one that a kill left', async () => {
    const socketPath = join(dir, 'run', 'backend.sock')
    const words = ['--socket', socketPath, '--home', join(dir, 'home')]
    const first = await launch(words)
    expect(first.ready).toEqual({ ready: true, socket: socketPath })
    expect(statSync(join(dir, 'run')).mode & 0o777).toBe(0o700)
    const ask = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    expect((await send({ socketPath }, '/api/call/app.info', ask)).status).toBe(200)
    await expect(launch(words)).rejects.toThrow('another backend listens')
    await stop(first.child, 'SIGKILL')
    const second = await launch(words)
    second.child.stdin?.end()
    expect((await send({ socketPath }, '/api/call/app.info', ask)).status).toBe(200)
    expect(await stop(second.child)).toBe(0)
  })

  it('ends with its parent', async () => {
    const { child } = await launch(['--port', '0', '--home', join(dir, 'home'), '--with-parent'])
    const ended = new Promise(resolve => child.once('close', resolve))
    child.stdin?.end()
    expect(await ended).toBe(0)
  })
})

describe('a project', () => {
  it('that someone else writes is refused, naming the process; the open one stays', async () => {
    const first = await host(['--project', project])
    const second = await openHost(['--home', join(dir, 'home2')])
    hosts.push(second)
    const answer = await second.call('project.open', { dir: project })
    expect(answer.status).toBe(423)
    expect((answer.json as { message: string }).message).toContain(String(first.child.pid))
    expect((await second.call('project.classes')).json).toMatchObject({ code: 'no-project' })
    expect((await first.call('project.open', { dir: join(dir, 'nothing') })).status).toBe(404)
    expect((await first.call('project.info')).json).toMatchObject({ dir: project })
  })

  it('whose folder is moved says so until it is back or opened where it is now', async () => {
    const backend = await host(['--project', project])
    const moved = join(dir, 'moved')
    renameSync(project, moved)
    for (const name of ['project.classes', 'views.list']) {
      const answer = await backend.call(name)
      expect(answer.status).toBe(404)
      expect((answer.json as { message: string }).message).toContain('moved or deleted')
    }
    expect((await backend.ask('/api/images/1/display')).status).toBe(404)
    expect((await backend.call('project.open', { dir: moved })).json).toMatchObject({ dir: moved, images: 2 })
    expect((await backend.ask('/api/images/1/display')).status).toBe(200)
    expect((await backend.call('app.info')).json).toMatchObject({
      recent: [{ missing: false }, { missing: true }],
    })
  })

  it('is made of image folders, which jobs then read', async () => {
    const backend = await host()
    const images = join(dir, 'images')
    expect((await backend.call('project.inspect', { dir: dir })).json).toMatchObject({ project: false })
    const made = await backend.call('project.create', {
      dir: join(dir, 'made'),
      splits: [{ name: 'train', dir: images }],
      classes: null,
    })
    expect(made.json).toMatchObject({ name: 'made', classes: 2 })
    // A project is not left while its job runs, so the import has to have ended, not just its images to be there.
    await expect
      .poll(async () => (await backend.call('jobs.list')).json)
      .toMatchObject([{ kind: 'import', state: 'done' }])
    expect((await backend.call('project.info')).json).toMatchObject({ images: 2 })
    const twice = await backend.call('project.create', {
      dir: join(dir, 'made'),
      splits: [{ name: 'train', dir: images }],
      classes: null,
    })
    expect(twice.json).toMatchObject({ code: 'usage' })
  })

  it.runIf(process.platform === 'linux')(
    'on a full disk keeps what was saved and says what could not be',
    async () => {
      annotated()
      const limit = ['sh', '-c', 'ulimit -f 700; exec "$0" "$@"']
      const backend = await host(['--project', project], limit)
      let version = 0
      let answer = await apply(backend, version, 'edit-00000')
      for (let step = 1; answer.status === 200 && step < 100; step++) {
        version++
        answer = await apply(backend, version, `edit-${String(step).padStart(5, '0')}`)
      }
      expect(answer.json).toMatchObject({ code: 'disk' })
      expect(answer.status).toBe(507)
      expect((await backend.call('corrections.get', { image: 1, annotation: 'a1' })).json).toMatchObject({
        version,
      })
      await backend.stop()
      const later = await host(['--project', project])
      expect((await later.call('corrections.get', { image: 1, annotation: 'a1' })).json).toMatchObject({
        version,
      })
    },
  )

  const mounted = process.platform === 'linux' && process.getuid?.() === 0
  it.skipIf(!mounted)('that is read-only is shown, and says why it cannot be changed', async () => {
    annotated()
    const mount = spawnSync('mount', ['--bind', '-o', 'ro', project, project])
    const remount = spawnSync('mount', ['-o', 'remount,bind,ro', project])
    try {
      if (mount.status !== 0 || remount.status !== 0) return // a container may forbid mounting
      const backend = await host(['--project', project])
      const { readonly } = (await backend.call('project.info')).json as { readonly: string }
      expect(readonly).toContain('read-only')
      const query = { filter: {}, sort: { by: 'name', descending: false } }
      expect((await backend.call('browse.page', { query, offset: 0, limit: 5 })).json).toMatchObject({
        total: 2,
      })
      expect((await backend.ask('/api/images/1/thumbnail/80')).status).toBe(200)
      const refused = await apply(backend, 0, 'edit-00000')
      expect(refused.json).toMatchObject({ code: 'disk' })
      await backend.stop()
    } finally {
      spawnSync('umount', [project])
    }
  })
})

describe('the sample', () => {
  it('is made once, whole, with its annotator beside it, and opened again', async () => {
    const backend = await host()
    const made = (await backend.call('project.openSample')).json as { dir: string }
    expect(made).toMatchObject({ sample: true, images: 1800, dir: join(dir, 'home', 'sample') })
    expect(existsSync(join(made.dir, 'digit-annotator.onnx'))).toBe(true)
    const before = statSync(join(made.dir, 'scenes')).mtimeMs
    expect((await backend.call('project.openSample')).json).toMatchObject({ images: 1800 })
    expect(statSync(join(made.dir, 'scenes')).mtimeMs).toBe(before)
  })
})
