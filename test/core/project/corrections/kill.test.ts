/** `kill -9` at random moments while edits are saved: every acknowledged edit is there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { random } from '../../../../core/base/random.ts'
import { applyChanges, emptyLayer, layerToList } from '../../../../core/labelmap/corrections/index.ts'
import { addAnnotation } from '../../../../core/project/annotations.ts'
import { getCorrections } from '../../../../core/project/corrections/store.ts'
import { replayForeignLog } from '../../../../core/project/corrections/replay.ts'
import { addImages, addSplit, listImages } from '../../../../core/project/images.ts'
import { createProject, openProject } from '../../../../core/project/project.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'relabel-kill-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const module = (name: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../../../core/project/${name}`, import.meta.url)))

/** Saves edits from number `argv[3]` on, undoes and redoes some, and prints each step when it is acknowledged. */
const editor = `
  const { writeSync } = await import('node:fs')
  const { openProject } = await import(${module('project.ts')})
  const { applyEdit, getCorrections, redoEdit, undoEdit } = await import(${module('corrections/store.ts')})
  const [dir, image, from] = [process.argv[1], Number(process.argv[2]), Number(process.argv[3])]
  const project = openProject(dir)
  const place = { image, annotation: 'a1' }
  let { version } = getCorrections(project, place)
  writeSync(1, 'ready\\n')
  for (let number = from; ; number++) {
    const id = 'edit-' + String(number).padStart(8, '0')
    const changes = []
    for (let i = 0; i < 20; i++)
      changes.push({ cell: number * 20 + i, class: number % 7, before: null, after: { logit: number, edit: id } })
    const edit = { id, author: 'me', created: new Date().toISOString(), tool: 'brush', changes,
      operation: { kind: 'set', class: number % 7, to: null, amount: number, what: null } }
    version = applyEdit(project, { extent: null, ...place, version, edit }).version
    writeSync(1, id + ' ' + version + '\\n')
    if (number % 3 > 0) continue
    version = undoEdit(project, { ...place, version, edit: id }).version
    writeSync(1, id + ' ' + version + '\\n')
    version = redoEdit(project, { ...place, version, edit: id }).version
    writeSync(1, id + ' ' + version + '\\n')
  }
`

describe('a kill', () => {
  it('at ten random moments loses nothing that was acknowledged', async () => {
    const at = join(dir, 'p')
    const made = createProject(at, { classes: [{ index: 0, name: 'cat' }] })
    addSplit(made, 'train', '/data')
    addImages(made, 'train', [{ path: 'a.png', label: 0, width: 8, height: 8 }])
    addAnnotation(made, { config: {} })
    const image = listImages(made)[0]!.id
    made.close()
    const draw = random(7)
    let next = 0
    let steps = 0
    for (let round = 0; round < 10; round++) {
      const child = spawn(
        process.execPath,
        ['--input-type=module', '-e', editor, at, String(image), String(next)],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      let output = ''
      child.stdout.on('data', (data: Buffer) => (output += data.toString()))
      const closed = once(child, 'close')
      // Killed after some steps were acknowledged, and at any moment of the next one.
      const wanted = 1 + draw.int(6)
      while (output.split('\n').length < wanted + 1) await once(child.stdout, 'data')
      await sleep(draw.uniform(0, 10))
      child.kill('SIGKILL')
      await closed
      const project = openProject(at)
      const state = getCorrections(project, { image, annotation: 'a1' })
      expect(project.db.pragma('integrity_check', { simple: true })).toBe('ok')
      project.close()
      // Whole lines are acknowledgements; the child was cut off in the middle of a step at most.
      const told = output
        .split('\n')
        .slice(1, -1)
        .map(line => line.split(' ') as [string, string])
      steps += told.length
      const known = state.history.map(one => one.id)
      for (const [id] of told) expect(known).toContain(id)
      const last = told.at(-1)
      if (last) expect([0, 1]).toContain(state.version - Number(last[1]))
      // The stored layer is what the edits in force make.
      const layer = state.history
        .filter(one => !one.undone)
        .reduce((before, one) => applyChanges(before, one.changes), emptyLayer)
      expect(state.layer).toEqual(layerToList(layer))
      next = Math.max(-1, ...state.history.map(one => Number(one.id.slice(5)))) + 1
    }
    expect(steps).toBeGreaterThan(10)
    // The log has every step too: a fresh database becomes the same by it.
    const fresh = createProject(join(dir, 'fresh'), { classes: [{ index: 0, name: 'cat' }] })
    addSplit(fresh, 'train', '/data')
    addImages(fresh, 'train', [{ path: 'a.png', label: 0, width: 8, height: 8 }])
    addAnnotation(fresh, { config: {} })
    const { failed } = replayForeignLog(fresh, join(at, 'corrections.jsonl'))
    expect(failed.filter(line => !line.includes('cut off'))).toEqual([])
    const project = openProject(at)
    const place = { image, annotation: 'a1' }
    expect(getCorrections(fresh, place)).toEqual(getCorrections(project, place))
    project.close()
    fresh.close()
  })
})
