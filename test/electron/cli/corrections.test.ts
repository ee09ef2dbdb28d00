/** `relabel corrections carry`: the same document for the preview and for what is saved, and a text that says all of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getCorrections } from '../../../core/project/corrections/store.ts'
import { openProject } from '../../../core/project/project.ts'
import {
  correct,
  dogOfNine,
  notGhost,
  twoAnnotations,
} from '../../core/project/corrections/two-annotations.ts'
import { runCli, runJson } from '../cli-run.ts'

let dir: string
let at: string
let image: number
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'relabel-carry-'))
  at = join(dir, 'p')
  const { project, images } = await twoAnnotations(dir)
  image = images['a']!
  correct(project, { image, annotation: 'a1', id: 'edit-0001' }, dogOfNine, [0])
  correct(project, { image, annotation: 'a1', id: 'edit-0002' }, notGhost, [1])
  correct(project, { image: images['c']!, annotation: 'a1', id: 'edit-0003' }, dogOfNine, [1])
  project.close()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('relabel corrections carry', () => {
  it('previews, then carries what can be carried', async () => {
    const options = ['corrections', 'carry', at, '--from', 'a1', '--to', 'a2']
    const preview = await runCli(...options, '--dry-run')
    expect(preview.status).toBe(1) // an image could not be carried
    expect(preview.stdout).toContain('to carry from a1 to a2: 1 edits of 1 images (of 2 with corrections)')
    expect(preview.stdout).toContain('4: fox → dog')
    expect(preview.stdout).toContain('neither the project nor the other annotator has the class (ghost)')
    expect(preview.stdout).toContain('a2 has no label map of train/c.png')
    const { status, json } = await runJson(...options)
    expect(status).toBe(1)
    expect(json).toMatchObject({ from: 'a1', to: 'a2', saved: true, edits: 1, cells: 4, failed: 1 })
    const project = openProject(at, { readonly: true })
    const { history } = getCorrections(project, { image, annotation: 'a2' })
    project.close()
    expect(history.map(one => one.id)).toEqual(['edit-0001-to-a2'])
  })
})
