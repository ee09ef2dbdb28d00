/** `relabel project check|restore|replay`: from a damaged database back to every step, as a person would do it. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addAnnotation } from '../../../core/project/annotations.ts'
import { imageItem } from '../../../core/project/browse/image-items.ts'
import { markReview } from '../../../core/project/browse/review.ts'
import { applyEdit, getCorrections } from '../../../core/project/corrections/store.ts'
import { addImages, addSplit } from '../../../core/project/images.ts'
import { createProject, openProject, type Project } from '../../../core/project/project.ts'
import { runCli, runJson } from '../cli-run.ts'

let base: string
let dir: string
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'relabel-project-'))
  dir = join(base, 'p')
})
afterAll(() => rmSync(base, { recursive: true, force: true }))

function make(at: string): Project {
  const project = createProject(at, { classes: [{ index: 0, name: 'cat' }] })
  addSplit(project, 'train', '/data/train')
  addImages(project, 'train', [
    { path: 'a.png', label: 0, width: 8, height: 8 },
    { path: 'b.png', label: 0, width: 8, height: 8 },
  ])
  addAnnotation(project, { config: { split: 'train' } })
  return project
}

function correct(project: Project, version: number): void {
  const id = `edit-${version}`.padEnd(12, '0')
  const changes = [{ cell: version, class: 0, before: null, after: { logit: 1, edit: id } }]
  const operation = { kind: 'set' as const, class: 0, to: null, amount: 1, what: null }
  const edit = {
    id,
    author: 'Ada',
    created: '2026-01-02T03:04:05.000Z',
    tool: 'brush' as const,
    operation,
    changes,
  }
  applyEdit(project, { image: 1, annotation: 'a1', version, edit, extent: null })
}

it('finds the damage, brings the copy and the log back, and replays a log elsewhere', async () => {
  let project = make(dir)
  correct(project, 0)
  project.close() // makes the copy
  expect((await runJson('project', 'check', dir)).json).toMatchObject({ damage: [], copies: [{}] })
  project = openProject(dir)
  correct(project, 1)
  markReview(project, { ids: [2] }, 'flagged')
  project.close()
  // The copy of this closing is to be the one that is damaged too.
  const file = join(dir, 'project.db')
  const [newest = ''] = readdirSync(join(dir, 'copies'))
    .filter(name => name.endsWith('.db'))
    .sort()
    .reverse()
  for (const damaged of [file, join(dir, 'copies', newest)]) {
    const bytes = readFileSync(damaged)
    bytes[bytes.length - 100]! ^= 1
    writeFileSync(damaged, bytes)
  }

  const check = await runCli('project', 'check', dir)
  expect(check.status).toBe(1)
  expect(check.stdout).toMatch(/project\.db is damaged: .*near byte/)
  expect(check.stdout).toContain(newest)
  const refused = await runCli('project', 'restore', dir, '--copy', newest)
  expect(refused.status).not.toBe(0)
  expect(refused.stderr).toMatch(/no copy .* is whole/)

  const restored = await runJson('project', 'restore', dir)
  expect(restored.status).toBe(0)
  expect(restored.json).toMatchObject({ replayed: { applied: 2, failed: [] } })
  const { kept } = restored.json as { kept: string }
  expect(readFileSync(kept).length).toBeGreaterThan(0)
  project = openProject(dir, { readonly: true })
  expect(getCorrections(project, { image: 1, annotation: 'a1' }).version).toBe(2)
  expect(imageItem(project, { id: 2 }).review).toBe('flagged')
  project.close()

  make(join(base, 'other')).close()
  const log = join(dir, 'corrections.jsonl')
  const replayed = await runCli('project', 'replay', join(base, 'other'), log)
  expect(replayed.stdout).toContain('3 steps replayed')
  expect(replayed.status).toBe(0)
  const missing = await runCli('project', 'replay', join(base, 'other'), join(base, 'nothing.jsonl'))
  expect(missing.status).not.toBe(0)
  expect(missing.stderr).toContain('nothing.jsonl does not exist')
  expect(missing.stderr).not.toMatch(/^\s+at /m)
})
