/**
 * What the annotate screen shows: maps under their corrections, recomputed only where they differ, and what another
 * image keeps.
 */
import { expect, test } from 'vitest'
import {
  applyChanges,
  applyLayer,
  emptyLayer,
  planChanges,
} from '../../../../../core/labelmap/corrections/index.ts'
import { classMapOf, identityClassMap } from '../../../../../core/labelmap/class-map.ts'
import { classSpaceOf } from '../../../../../core/labelmap/class-space.ts'
import type { LabelMap } from '../../../../../core/labelmap/label-map.ts'
import { classesByArea } from '../../../../../core/labelmap/layers.ts'
import type { AnnotationGround, LoadedImage } from '../../../../../renderer/labelmap/load.ts'
import { createTargeter } from '../../../../../renderer/labelmap/targets.ts'
import {
  arrive,
  emptied,
  firstScreen,
  gridOf,
  marked,
  shownWith,
} from '../../../../../renderer/screens/annotate/state/screen.ts'

const classes = 5
const mapOf = (H: number, W: number): LabelMap => ({
  shape: [1, H, W],
  ids: new Uint16Array(H * W).fill(3),
  logits: new Float32Array(H * W).fill(4),
})
const imageOf = (id: number, map: LabelMap | null, label: number | null = null): LoadedImage => ({
  info: { item: { id, label, review: 'none' }, maps: [], boxes: [] } as unknown as LoadedImage['info'],
  size: { width: 60, height: 40 },
  picture: null,
  pictureProblem: null,
  map,
  mapProblem: null,
})
const space = classSpaceOf(identityClassMap(classes), { fill: 0 })
const ground: AnnotationGround = {
  id: 'a1',
  classes,
  fill: 0,
  space,
  foreign: [],
  targeter: createTargeter(space.classMap, 0),
  created: '',
  file: '',
}
const screen = { ...firstScreen, ground }
const raise = { kind: 'raise', class: 1, to: null, amount: 9, what: null } as const
const layerOn = (map: LabelMap, cells: number[]) =>
  applyChanges(emptyLayer, planChanges(map, emptyLayer, cells, raise, { edit: 'edit-one', fill: 0 }))

test('an image arrives under its corrections, with its own class chosen, and as nothing where it has no map', () => {
  const map = mapOf(2, 3)
  const layer = layerOn(map, [4])
  const now = arrive(screen, imageOf(7, map, 0), null, layer)
  const corrected = applyLayer(map, layer, { fill: 0, classes })
  expect(now.shown).toEqual({ map: corrected, view: corrected, layer, cells: null })
  expect(now.shown?.view).toBe(now.shown?.map)
  // An unlabelled image gets its strongest class.
  expect(now.tools.class).toBe(0)
  expect(arrive(screen, imageOf(7, map), null, emptyLayer).tools.class).toBe(3)
  expect(arrive(screen, imageOf(7, map, 1), null, emptyLayer).tools.class).toBe(1)
  expect(arrive(now, imageOf(8, map, 4), null, emptyLayer).tools.class).toBe(0)
  expect(arrive(screen, imageOf(9, null), null, emptyLayer)).toMatchObject({ shown: null })
})

test('the next image keeps the keyboard’s cell where its map has the same cells, and nothing else of the one before', () => {
  const at = {
    ...arrive(screen, imageOf(1, mapOf(2, 3)), null, emptyLayer),
    cursor: 5,
    hovered: 2,
    said: 'Done',
    crop: { top: 0, left: 0, height: 4, width: 4 },
  }
  expect(arrive(at, imageOf(2, mapOf(2, 3)), null, emptyLayer)).toMatchObject({
    cursor: 5,
    hovered: null,
    said: null,
    crop: null,
  })
  expect(arrive(at, imageOf(2, mapOf(3, 2)), null, emptyLayer).cursor).toBeNull()
  expect(emptied(at)).toMatchObject({ image: null, shown: null, corrections: null, cursor: 5 })
})

test('a layer recomputes only the cells in which it differs; the same layer nothing', () => {
  const map = mapOf(4, 4)
  const state = arrive(screen, imageOf(1, map), null, layerOn(map, [1, 2]))
  expect(shownWith(state, state.shown!.layer)).toBe(state.shown)
  const layer = layerOn(map, [2, 9])
  const shown = shownWith(state, layer)!
  expect([...shown.cells!].sort((a, b) => a - b)).toEqual([1, 2, 9])
  // Equal cells keep the entries of their own layer, so both ways end at the same picture.
  const anew = applyLayer(map, layer, { fill: 0, classes })
  for (let cell = 0; cell < 16; cell++) expect(listed(shown.map, cell)).toEqual(listed(anew, cell))
})

test('a mark is seen on its image only', () => {
  const state = arrive(screen, imageOf(7, mapOf(1, 1)), null, emptyLayer)
  expect(marked(state, 7, 'flagged').image?.info.item.review).toBe('flagged')
  expect(marked(state, 8, 'flagged')).toBe(state)
  expect(gridOf(state.image)).toEqual({ height: 1, width: 1 })
  expect(gridOf(imageOf(1, null))).toBeNull()
})

/** What a cell lists, deeper maps with their padding left out. */
function listed({ shape: [K, H, W], ids, logits }: LabelMap, cell: number): [number, number][] {
  return Array.from({ length: K }, (_, k) => k * H * W + cell)
    .map((at): [number, number] => [ids[at]!, logits[at]!])
    .filter(([, logit]) => logit !== 0)
    .sort(([a], [b]) => a - b)
}

test('what is shown is in the project’s classes, and so is what is picked', () => {
  const other = classSpaceOf(classMapOf([-1, -1, 0, 1, 1], 3), { fill: 0 })
  const at = { ...screen, ground: { ...ground, space: other } }
  const map = mapOf(2, 3)
  const now = arrive(at, imageOf(7, map, 2), null, emptyLayer)
  expect(now.shown?.map).toBe(map)
  expect([...now.shown!.view.ids]).toEqual([1, 1, 1, 1, 1, 1])
  expect(now.tools.class).toBe(2)
  const layer = applyChanges(
    emptyLayer,
    planChanges(
      map,
      emptyLayer,
      [4],
      { kind: 'label', class: 2, to: null, amount: 0.95, what: null, ids: 'shown' },
      { edit: 'edit-one', fill: 0, space: other },
    ),
  )
  const shown = shownWith(now, layer)
  expect(shown?.cells).toEqual([4])
  expect(classesByArea(shown!.view)).toEqual([
    { id: 1, cells: 5 },
    { id: 2, cells: 1 },
  ])
})
