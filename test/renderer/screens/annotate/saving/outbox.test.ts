/** The outbox of unsent steps: found again by project and image, and never trusted blindly. */
import { expect, test } from 'vitest'
import {
  outboxPlaces,
  placeKey,
  readOutbox,
  writeOutbox,
  type OutboxStorage,
} from '../../../../../renderer/screens/annotate/saving/outbox.ts'
import type { SaveStep } from '../../../../../renderer/screens/annotate/saving/steps.ts'
import { editOf } from './edits.ts'

function storageOf(room = Infinity): OutboxStorage & { items: Map<string, string> } {
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
  expect(writeOutbox(storage, place, steps)).toBe(true)
  expect(readOutbox(storage, place)).toEqual(steps)
  expect(readOutbox(storage, { ...place, project: '/data/other' })).toEqual([])
  writeOutbox(storage, place, [])
  expect(storage.items.size).toBe(0)
})

test("a project's images with unsent steps are listed, other entries passed over", () => {
  const storage = storageOf()
  writeOutbox(storage, place, steps)
  writeOutbox(storage, { ...place, image: 12, annotation: 'a3' }, steps)
  writeOutbox(storage, { ...place, project: '/data/b' }, steps)
  storage.setItem('something else', 'x')
  expect(outboxPlaces(storage, place.project)).toEqual([place, { ...place, image: 12, annotation: 'a3' }])
})

test('no room is told, and what cannot be read counts as nothing', () => {
  expect(writeOutbox(storageOf(20), place, steps)).toBe(false)
  const storage = storageOf()
  for (const text of ['{', '3', 'null', '[null, 3, {"kind":"apply"}, {"kind":"undo"}]']) {
    storage.setItem(placeKey(place), text)
    expect(readOutbox(storage, place)).toEqual([])
  }
})
