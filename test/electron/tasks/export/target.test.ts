/** Where an export may write, and that everything else stays as it is. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeOnnx } from '../../../../core/graph/files/write.ts'
import { buildPlain } from '../../../../core/graph/students/index.ts'
import { createProject, type Project } from '../../../../core/project/project.ts'
import { addRun } from '../../../../core/project/runs.ts'
import { createSnapshot } from '../../../../core/project/snapshots.ts'
import { exportRun } from '../../../../electron/tasks/export/model-files.ts'
import { exportNames } from '../../../../electron/tasks/export/target.ts'

let root: string
let out: string
let run: { id: string; dir: string }
let project: Project
const card = { format: 1, student: 's', supervision: 'onehot', program: 'p', classes: ['cat'] }
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'relabel-export-'))
  out = join(root, 'out')
  project = createProject(join(root, 'project'), { classes: [{ index: 0, name: 'cat' }] })
  const snapshot = createSnapshot(project, { splits: [], annotation: null })
  run = addRun(project, { kind: 'train', config: {}, snapshot })
  const model = buildPlain({ channels: [4], strides: [1], classes: 1, input: [3, 4, 4], seed: 1 })
  await writeOnnx(model, join(run.dir, 'model.onnx'))
  writeFileSync(join(run.dir, 'model.safetensors'), 'weights')
  writeFileSync(join(run.dir, 'model.json'), JSON.stringify(card))
})
afterEach(() => {
  project.close()
  rmSync(root, { recursive: true, force: true })
})
const exporting = (force: boolean, to = out): Promise<unknown> =>
  exportRun(project, { run: run.id, best: false, out: to, force })

it('writes into a new folder, and over its own earlier export where that is asked for', async () => {
  await exporting(false)
  for (const name of Object.values(exportNames)) expect(existsSync(join(out, name))).toBe(true)
  await expect(exporting(false)).rejects.toMatchObject({ code: 'usage' })
  writeFileSync(join(run.dir, 'model.safetensors'), 'others')
  await exporting(true)
  expect(readFileSync(join(out, 'model.safetensors'), 'utf8')).toBe('others')
})

it('goes on with an export that was cut off', async () => {
  mkdirSync(out)
  writeFileSync(join(out, 'model.json'), JSON.stringify(card))
  writeFileSync(join(out, 'model.onnx'), 'half')
  await exporting(true)
  expect(readFileSync(join(out, 'model.safetensors'), 'utf8')).toBe('weights')
})

for (const name of Object.values(exportNames)) {
  it(`never replaces a ${name} that it did not make`, async () => {
    mkdirSync(out)
    writeFileSync(join(out, name), '{"mine": true}')
    for (const force of [false, true]) await expect(exporting(force)).rejects.toMatchObject({ code: 'usage' })
    expect(readFileSync(join(out, name), 'utf8')).toBe('{"mine": true}')
  })

  it.skipIf(process.platform === 'win32')(`never writes through a link by the name ${name}`, async () => {
    const precious = join(root, 'precious')
    writeFileSync(precious, JSON.stringify(card))
    mkdirSync(out)
    writeFileSync(join(out, 'model.json'), JSON.stringify(card))
    rmSync(join(out, name), { force: true })
    symlinkSync(precious, join(out, name))
    await expect(exporting(true)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(name),
    })
    rmSync(precious) // a link to nothing is a link too
    await expect(exporting(true)).rejects.toMatchObject({ code: 'usage' })
    expect(existsSync(precious)).toBe(false)
  })

  it.skipIf(process.platform === 'win32' || name === 'classes.json')(
    `never reads through a link in the place of the run’s ${name}`,
    async () => {
      writeFileSync(join(root, 'secret'), 'secret')
      rmSync(join(run.dir, name))
      symlinkSync(join(root, 'secret'), join(run.dir, name))
      await expect(exporting(false)).rejects.toMatchObject({ code: 'bad-project' })
      expect(existsSync(out)).toBe(false)
    },
  )
}

it('keeps out of what the project keeps for itself', async () => {
  const other = createProject(join(root, 'other'), { classes: [{ index: 0, name: 'cat' }] })
  other.close()
  const alias = join(root, 'alias')
  if (process.platform !== 'win32') symlinkSync(project.dir, alias)
  for (const folder of ['runs/r1', 'annotations', 'cache/x', 'copies', 'copies/deeper'])
    for (const dir of [project.dir, other.dir, ...(existsSync(alias) ? [alias] : [])])
      await expect(exporting(true, join(dir, folder))).rejects.toMatchObject({ code: 'usage' })
})

it('into a project’s own folder touches nothing that the program keeps there', async () => {
  const kept = ['project.db', 'project.sum', 'project.lock', 'corrections.jsonl']
  const dir = join(root, 'other')
  createProject(dir, { classes: [{ index: 0, name: 'cat' }] }).close()
  writeFileSync(join(dir, 'corrections.jsonl'), 'steps')
  const content = (): string[] => kept.map(name => readFileSync(join(dir, name)).toString('base64'))
  const before = content()
  await exporting(false, dir)
  await exporting(true, dir)
  expect(content()).toEqual(before)
  expect(kept).not.toEqual(expect.arrayContaining(Object.values(exportNames)))
})
