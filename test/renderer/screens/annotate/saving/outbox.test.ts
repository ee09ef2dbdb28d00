/** The mirror of unsent steps: found again by project and image, and never trusted blindly. */
import { expect, test } from 'vitest'
import {
  mirroredPlaces,
  placeKey,
  readMirror,
  writeMirror,
  type MirrorStorage,
} from '../../../../../renderer/screens/annotate/saving/outbox.ts'
import type { SaveStep } from '../../../../../renderer/screens/annotate/saving/steps.ts'
import { editOf } from './edits.ts'

function storageOf(room = Infinity): MirrorStorage & { items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    get length() {
      return items.size
    },
    key: at => [...items.keys()][at] ?? null,
    getItem: key => items.get(key) ?? null,
    setItem(key, value) {
      if (value.length > room) throw new Error('QuotaExceededError')
      items.set(key, value)
    },
    removeItem: key => void items.delete(key),
  }
}

const place = { project: '/data/a project', annotation: 'a1', image: 7 }
const steps: SaveStep[] = [
  { kind: 'apply', edit: editOf('one', [1, 2]) },
  { kind: 'undo', edit: 'one-----' },
]

test('steps are found again, and gone when nothing is unsent', () => {
  const storage = storageOf()
  expect(writeMirror(storage, place, steps)).toBe(true)
  expect(readMirror(storage, place)).toEqual(steps)
  expect(readMirror(storage, { ...place, project: '/data/other' })).toEqual([])
  writeMirror(storage, place, [])
  expect(storage.items.size).toBe(0)
})

test("a project's images with unsent steps are listed, other entries passed over", () => {
  const storage = storageOf()
  writeMirror(storage, place, steps)
  writeMirror(storage, { ...place, image: 12, annotation: 'a3' }, steps)
  writeMirror(storage, { ...place, project: '/data/b' }, steps)
  storage.setItem('something else', 'x')
  expect(mirroredPlaces(storage, place.project)).toEqual([place, { ...place, image: 12, annotation: 'a3' }])
})

test('no room is told, and what cannot be read counts as nothing', () => {
  expect(writeMirror(storageOf(20), place, steps)).toBe(false)
  const storage = storageOf()
  for (const text of ['{', '3', 'null', '[null, 3, {"kind":"apply"}, {"kind":"undo"}]']) {
    storage.setItem(placeKey(place), text)
    expect(readMirror(storage, place)).toEqual([])
  }
})
