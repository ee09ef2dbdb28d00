/** Opening what cannot be opened: in bounded time, with the open project as it was, and nothing of the new one kept. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RelabelError } from '../../../core/base/error.ts'
import { takeLock } from '../../../core/base/files/lock.ts'
import { openProject } from '../../../core/project/project.ts'
import { inspectProject } from '../../../electron/backend/inspect/index.ts'
import { makeStrange } from '../../core/project/strange.ts'
import { childrenOf } from '../children.ts'
import { drop, openHost, png, projectOf, scratch, type Host } from './host.ts'
import { openOutside } from '../../core/project/outside.ts'

let dir: string
let good: string
let host: Host
beforeAll(async () => {
  dir = scratch()
  await png(join(dir, 'images/cat/1.png'))
  good = await projectOf(dir)
  cpSync(good, join(dir, 'template'), { recursive: true })
  host = await openHost(['--home', join(dir, 'home'), '--project', good])
})
afterAll(async () => {
  // Whatever was tried, it answers to SIGTERM at once.
  expect(await host.stop()).toBe(0)
  drop(dir)
})

const sql = (folder: string, text: string): void => {
  const db = openOutside(join(folder, 'project.db'))
  db.exec(text)
  db.close()
}

/** What makes opening fail, by the step at which it does, and the code of the error. */
const failures: Record<string, [code: string, make: (folder: string) => unknown]> = {
  'no folder': ['not-found', folder => rmSync(folder, { recursive: true })],
  'a folder without a project': ['bad-project', folder => rmSync(join(folder, 'project.db'))],
  'a file that is not a database': [
    'bad-project',
    folder => writeFileSync(join(folder, 'project.db'), 'no database'),
  ],
  'a file that is cut off': ['bad-project', folder => truncateSync(join(folder, 'project.db'), 5000)],
  'a newer version': ['bad-project', folder => sql(folder, 'PRAGMA user_version = 999')],
  'a view with endless rows': [
    'bad-project',
    folder => makeStrange(folder, 'a view in place of the table that is read first'),
  ],
  'a trigger with endless rows': ['bad-project', folder => makeStrange(folder, 'a trigger')],
  'a virtual table': ['bad-project', folder => makeStrange(folder, 'a virtual table')],
  'a link': [
    'bad-project',
    folder => {
      mkdirSync(join(folder, 'runs'))
      symlinkSync(dir, join(folder, 'runs', 'r1'))
    },
  ],
  'a strange lock': ['bad-project', folder => writeFileSync(join(folder, 'project.lock'), 'x'.repeat(5000))],
  'a row that fills the memory': [
    'bad-project',
    folder => sql(folder, "UPDATE meta SET value = hex(zeroblob(3000000)) WHERE key = 'name'"),
  ],
}

for (const [what, [code, make]] of Object.entries(failures))
  it(`${what}: the open project stays, and the other one is free`, async () => {
    const folder = join(dir, 'other')
    rmSync(folder, { recursive: true, force: true })
    cpSync(join(dir, 'template'), folder, { recursive: true })
    make(folder)
    const answer = await host.call('project.open', { dir: folder })
    expect(answer.json).toMatchObject({ code })
    expect((answer.json as { message: string }).message).toContain(folder)
    expect((await host.call('project.info')).json).toMatchObject({ dir: good, readonly: null, images: 1 })
    expect((await host.ask('/api/images/1/thumbnail/80')).status).toBe(200)
    expect(
      (
        await host.call('views.save', {
          name: what,
          query: { filter: {}, sort: { by: 'name', descending: false } },
        })
      ).status,
    ).toBe(200)
    if (existsSync(join(folder, 'project.db')) && what !== 'a strange lock')
      takeLock(join(folder, 'project.lock')).release()
    expect(childrenOf(host.child.pid, 'inspect/worker.ts')).toEqual([])
    expect(JSON.parse(readFileSync(join(dir, 'home/open.json'), 'utf8'))).toEqual({ dir: good })
  })

it('another one that is locked stays with who has it; once it is free it is opened, and the first one’s lock is free', async () => {
  const folder = join(dir, 'locked')
  cpSync(join(dir, 'template'), folder, { recursive: true })
  const other = openProject(folder)
  expect((await host.call('project.open', { dir: folder })).json).toMatchObject({ code: 'locked' })
  expect((await host.call('project.info')).json).toMatchObject({ dir: good })
  other.close()
  expect((await host.call('project.open', { dir: folder })).json).toMatchObject({ dir: folder })
  takeLock(join(good, 'project.lock')).release()
  expect((await host.call('project.open', { dir: good })).json).toMatchObject({ dir: good })
})

it('a look that does not end is ended, by its limit or with the program', async () => {
  const worker = fileURLToPath(new URL('endless-worker.ts', import.meta.url))
  const ended = async (options: { limit?: number; signal?: AbortSignal }): Promise<RelabelError> => {
    const error: unknown = await inspectProject(good, { worker, ...options }).then(
      () => null,
      (reason: unknown) => reason,
    )
    return error instanceof RelabelError ? error : expect.fail(String(error))
  }
  const late = await ended({ limit: 300 })
  expect(late.code).toBe('bad-project')
  expect(late.message).toContain(good)
  expect((await ended({ signal: AbortSignal.timeout(300) })).code).toBe('cancelled')
  expect((await ended({ signal: AbortSignal.abort() })).code).toBe('cancelled')
  expect(childrenOf(process.pid, 'endless-worker.ts')).toEqual([])
})
