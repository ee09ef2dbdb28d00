/** Edits that a label map has no place for are refused before they are saved, with what would fit. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Job } from '../../../core/contract/api/jobs.ts'
import type { ProjectInfo } from '../../../core/contract/api/project.ts'
import { seedSample } from '../../e2e/template.ts'
import { startHost, type Host } from './chaos/host.ts'

const dir = mkdtempSync(join(tmpdir(), 'relabel-fitting-'))
let host: Host
let annotation: string

beforeAll(async () => {
  await seedSample(dir)
  host = await startHost(dir, join(dir, 'backend.sock'))
  const project = await host.call<ProjectInfo>('project.openSample')
  const { id } = await host.call<Job>('jobs.add', {
    kind: 'annotate',
    request: {
      model: join(project.dir, 'digit-annotator.onnx'),
      classes: null,
      split: 'val',
      size: 64,
      resize: 'squash',
      mean: [0.25, 0.25, 0.25],
      std: [0.2, 0.2, 0.2],
      topK: 5,
      batch: 8,
      logits: 'fp16',
      provider: null,
      threads: null,
      workers: null,
      acceptApproximation: false,
    },
  })
  const state = async (): Promise<string | undefined> =>
    (await host.call<Job[]>('jobs.list')).find(job => job.id === id)?.state
  await vi.waitFor(async () => expect(await state()).toBe('done'), { timeout: 60_000 })
  annotation = (await host.call<ProjectInfo>('project.info')).annotation!
})
afterAll(async () => {
  await host.stop()
  rmSync(dir, { recursive: true, force: true })
})

const apply = (
  image: number,
  version: number,
  id: string,
  cell: number,
  of: number,
  logit = 2,
): Promise<{ version: number }> =>
  host.call('corrections.apply', {
    image,
    annotation,
    version,
    edit: {
      id,
      author: 'me',
      created: '2026-01-01T00:00:00.000Z',
      tool: 'brush',
      operation: { kind: 'set', class: of, to: null, amount: 2, what: null },
      changes: [{ cell, class: of, before: null, after: { logit, edit: id } }],
    },
  })

test('a map of 8×8 cells takes edits of its cells, its ten classes and the project’s ten, and no others', async () => {
  const query = { filter: { splits: ['val'] }, sort: { by: 'name', descending: false } }
  const { items } = await host.call<{ items: { id: number }[] }>('browse.page', {
    query,
    offset: 0,
    limit: 1,
  })
  const { id: image } = items[0]!
  await expect(apply(image, 0, 'cell-outside', 64, 1)).rejects.toThrow(/mismatch.*cell 64.*64 cells/)
  await expect(apply(image, 0, 'class-outside', 0, 20)).rejects.toThrow(/mismatch.*class 20.*20 classes/)
  await expect(apply(image, 0, 'beyond-half', 0, 1, 1e9)).rejects.toThrow(/usage.*after.*logit/s)
  expect(await apply(image, 0, 'the-last-one', 63, 9)).toEqual({ version: 1 })
  const kept = await host.call<{ history: { id: string }[] }>('corrections.get', { image, annotation })
  expect(kept.history.map(edit => edit.id)).toEqual(['the-last-one'])
})
