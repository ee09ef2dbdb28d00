/** A damaged project through the API: what is said, the copies, restoring one, and damage that is found while it is open. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ProjectCopy, ProjectInfo, ProjectRestored } from '../../../core/contract/api/project.ts'
import { drop, openHost, png, projectOf, scratch, stop, type Host } from './host.ts'
import { openOutside } from '../../core/project/outside.ts'

let dir: string
let project: string
let host: Host
beforeEach(async () => {
  dir = scratch()
  await png(join(dir, 'images/cat/1.png'))
  await png(join(dir, 'images/dog/2.png'))
  project = await projectOf(dir)
  host = await openHost(['--home', join(dir, 'home')])
})
afterEach(async () => {
  await host.stop()
  drop(dir)
})

const info = async (): Promise<ProjectInfo> => (await host.call('project.info')).json as ProjectInfo
const mark = (id: number): Promise<unknown> =>
  host.call('review.mark', { selection: { ids: [id] }, state: 'accepted' })

it('is refused with what is damaged, comes back by a call with all that the log has, and keeps the damaged file', async () => {
  await host.call('project.open', { dir: project })
  await mark(1)
  await host.call('project.close')
  const file = join(project, 'project.db')
  const bytes = readFileSync(file)
  bytes[bytes.length - 50]! ^= 4
  writeFileSync(file, bytes)
  const refused = await host.call('project.open', { dir: project })
  expect(refused.status).toBe(422)
  expect(refused.json).toMatchObject({ code: 'bad-project', detail: { damaged: true, dir: project } })
  const copies = (await host.call('project.copies', { dir: project })).json as ProjectCopy[]
  expect(copies).toMatchObject([{ problem: null, corrections: 0, marks: 0 }])
  const unknown = await host.call('project.restore', { dir: project, copy: 'project-20000101T000000.db' })
  expect(unknown.json).toMatchObject({ code: 'not-found' })
  const { json } = await host.call('project.restore', { dir: project, copy: copies[0]!.name })
  const { restored } = json as { info: ProjectInfo; restored: ProjectRestored }
  expect(restored).toMatchObject({ name: copies[0]!.name, replayed: 0, failed: [] })
  expect(readFileSync(restored.kept!).equals(bytes)).toBe(true)
  expect(await info()).toMatchObject({ dir: project, damage: [] })
  expect((await host.call('images.get', { id: 1 })).json).toMatchObject({ item: { review: 'accepted' } })
})

it('tells of rows that are found to be damaged, and is restored while it is open', async () => {
  await host.call('project.open', { dir: project })
  await mark(1)
  await host.call('project.close')
  const outside = openOutside(join(project, 'project.db'))
  outside.exec("UPDATE images SET width = 'wide' WHERE id = 2")
  outside.close()
  await host.call('project.open', { dir: project })
  await mark(2)
  const query = { filter: {}, sort: { by: 'name', descending: false } }
  await host.call('browse.page', { query, offset: 0, limit: 10 })
  const found = [expect.stringMatching(/row 2 of the table "images" cannot be used: width/)]
  expect((await info()).damage).toEqual(found)
  const [copy] = (await host.call('project.copies', { dir: project })).json as ProjectCopy[]
  expect(copy).toMatchObject({ marks: 1 })
  const { json } = await host.call('project.restore', { dir: project })
  expect(json).toMatchObject({ restored: { replayed: 1, failed: [] }, info: { damage: [] } })
  expect((await host.call('images.get', { id: 2 })).json).toMatchObject({
    item: { width: 24, review: 'accepted' },
  })
})

it('that is large is opened at once and looked through beside the work', async () => {
  // A database of 40 MiB whose program was killed, with an index that lost an entry.
  const file = join(project, 'project.db')
  const db = openOutside(file)
  const fill = db.prepare(
    'INSERT INTO images (split, path, label, width, height, truth) VALUES (1, ?, 0, 8, 8, ?)',
  )
  db.transaction(() => {
    for (let row = 0; row < 40; row++) fill.run(`filler-${row}.png`, `[${'0,'.repeat(2 ** 19)}0]`)
  })()
  db.exec('CREATE TABLE gone AS SELECT * FROM images; DROP TABLE gone')
  const root = db
    .prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'images_by_label'")
    .pluck()
    .get()!
  const size = db.pragma('page_size', { simple: true }) as number
  db.close()
  const bytes = readFileSync(file)
  // One cell fewer than the table has rows.
  const page = (root - 1) * size
  bytes.writeUInt16BE(bytes.readUInt16BE(page + 3) - 1, page + 3)
  writeFileSync(file, bytes)
  expect(existsSync(join(project, 'project.sum'))).toBe(false)
  expect((await host.call('project.open', { dir: project })).status).toBe(200)
  await expect
    .poll(async () => (await info()).damage.join(' '))
    .toMatch(/images_by_label|row .* missing|index/)
  await stop(host.child)
  rmSync(join(dir, 'home'), { recursive: true })
  expect(() => new Database(file, { readonly: true }).close()).not.toThrow()
})
