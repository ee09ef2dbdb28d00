/** Edits and layers of the version before there were class spaces: read as they were, and taught as they were. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { classMapOf } from '../../../../core/labelmap/class-map.ts'
import { classSpaceOf, mapOptions, shownMap } from '../../../../core/labelmap/class-space.ts'
import {
  applyChanges,
  applyLayer,
  decodeLayer,
  emptyLayer,
  encodeLayer,
} from '../../../../core/labelmap/corrections/index.ts'
import { createTargetScratch, globalTarget } from '../../../../core/pooling/target.ts'
import { unpackEdit } from '../../../../core/project/corrections/edit-content.ts'
import { randomMap } from '../../pooling/maps.ts'

interface Before {
  table: number[]
  edits: { id: string; operation: object; content: string }[]
  layer: string
  corrected: { shape: number[]; ids: number[]; logits: number[] }
  target: number[]
}
const before = JSON.parse(
  readFileSync(new URL('../../../fixtures/corrections-858c28e.json', import.meta.url), 'utf8'),
) as Before
const map = randomMap(41, 8, [3, 2, 3])
const space = classSpaceOf(classMapOf(before.table, 4), { fill: 0 })

test('edits are read unchanged, and make the same layer', () => {
  let layer = emptyLayer
  for (const { id, operation, content } of before.edits) {
    const made = { id, author: 'Kim', created: '2026-01-01T00:00:00.000Z' }
    const edit = unpackEdit(Buffer.from(content, 'base64'), made)
    expect(edit.operation).toEqual(operation)
    layer = applyChanges(layer, edit.changes)
  }
  expect(Buffer.from(encodeLayer(layer)).toString('base64')).toBe(before.layer)
})

test('a layer gives the same corrected map and the same target, to the last bit', () => {
  const layer = decodeLayer(Buffer.from(before.layer, 'base64'))
  const corrected = applyLayer(map, layer, mapOptions(space))
  expect(corrected.shape).toEqual(before.corrected.shape)
  expect([...corrected.ids]).toEqual(before.corrected.ids)
  expect([...corrected.logits]).toEqual(before.corrected.logits)
  const target = new Float32Array(4)
  globalTarget(corrected, target, createTargetScratch(space.classMap, { fill: 0 }))
  expect([...target]).toEqual(before.target)
  expect(shownMap(corrected, space).shape).toEqual(corrected.shape)
})
