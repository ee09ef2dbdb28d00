/** `relabel target` of a corrected image: the corrected target, and with `--machine` the machine's. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '../../../core/contract/api/corrections.ts'
import { emptyLayer, planChanges } from '../../../core/labelmap/corrections/index.ts'
import { openLabelMaps } from '../../../core/labelmap/files/index.ts'
import { getAnnotation } from '../../../core/project/annotations.ts'
import { applyEdit } from '../../../core/project/corrections/store.ts'
import { findImage } from '../../../core/project/images.ts'
import { openProject } from '../../../core/project/project.ts'
import { runCli, runJson, writeImages, writeTiny } from '../cli-run.ts'

let dir: string
let at: string
const key = 'train/cat/000.jpg'
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-target-'))
  at = join(dir, 'p')
  await writeImages(join(dir, 'images'), ['cat', 'dog', 'owl'], 2)
  const model = await writeTiny(join(dir, 'tiny.onnx'))
  const small = ['--size', '48', '--mean', '.5,.5,.5', '--std', '.5,.5,.5', '--top-k', '1', '--batch', '4']
  expect((await runCli('new', at, '--images', join(dir, 'images'))).status).toBe(0)
  expect((await runCli('annotate', at, '--model', model, ...small)).status).toBe(0)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Target {
  classes: { class: number; probability: number }[]
  listed: number
  corrections: { entries: number; used: boolean } | null
}
const target = async (...options: string[]): Promise<Target> =>
  (await runJson('target', at, '--image', key, ...options)).json as Target

describe('relabel target', () => {
  it('shows the corrected target, or the machine’s where asked', async () => {
    const before = await target()
    expect(before.corrections).toBeNull()
    const project = openProject(at)
    const maps = await openLabelMaps(getAnnotation(project).dir)
    const map = await maps.get(key)
    await maps.close()
    const other = (before.classes[0]!.class + 1) % 3
    const id = 'edit-0001'
    const operation: Operation = { kind: 'set', class: other, to: null, amount: 30, what: null }
    const cells = Array.from({ length: map.ids.length }, (_, cell) => cell)
    const changes = planChanges(map, emptyLayer, cells, operation, { edit: id, fill: 0 })
    const image = findImage(project, key)!.id
    applyEdit(project, {
      extent: null,
      image,
      annotation: 'a1',
      version: 0,
      edit: {
        id,
        author: 'me',
        created: '2026-01-01T00:00:00.000Z',
        tool: 'image',
        operation,
        changes,
      },
    })
    project.close()
    const after = await target()
    expect(after.corrections).toEqual({ entries: changes.length, used: true })
    expect(after.classes[0]!.class).toBe(other)
    expect(after.classes[0]!.probability).toBeGreaterThan(0.99)
    expect(await target('--machine')).toEqual({
      ...before,
      corrections: { entries: changes.length, used: false },
    })
    const { stdout } = await runCli('target', at, '--image', key)
    expect(stdout).toMatch(/corrected map \(\d+ corrections; --machine leaves them out\)/)
  })
})
