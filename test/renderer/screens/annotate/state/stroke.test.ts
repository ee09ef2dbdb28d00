/** Strokes: live maps equal the saved layer applied from scratch, every cell is touched once, and shares add up. */
import { expect, test } from 'vitest'
import { random } from '../../../../../core/base/random.ts'
import type { Operation } from '../../../../../core/contract/api/corrections.ts'
import {
  applyChanges,
  applyLayer,
  emptyLayer,
  inspectCell,
} from '../../../../../core/labelmap/corrections/index.ts'
import { identityClassMap } from '../../../../../core/labelmap/class-map.ts'
import { classSpaceOf } from '../../../../../core/labelmap/class-space.ts'
import type { LabelMap } from '../../../../../core/labelmap/label-map.ts'
import { poolLabelMap } from '../../../../../core/pooling/pool-label-map.ts'
import { cellShares } from '../../../../../renderer/labelmap/cell-shares.ts'
import {
  beginStroke,
  changesOf,
  coverCells,
  differingCells,
} from '../../../../../renderer/screens/annotate/state/stroke.ts'
import { shareOf } from '../../../slow-picture.ts'
import {
  compareTargets,
  createTargeter,
  strongest,
  targetOf,
} from '../../../../../renderer/labelmap/targets.ts'

const classes = 12
const space = classSpaceOf(identityClassMap(classes), { fill: 0 })
const ground = (machine: LabelMap) => ({ machine, space })
const shown = (map: LabelMap) => ({ map, view: map })

function mapOf(seed: number): LabelMap {
  const draw = random(seed)
  const [K, H, W] = [3, 4, 5]
  const ids = new Uint16Array(K * H * W)
  const logits = new Float32Array(K * H * W)
  for (let cell = 0; cell < H * W; cell++) {
    const own = draw.shuffle(Array.from({ length: classes }, (_, c) => c))
    for (let k = 0; k < K; k++) {
      ids[k * H * W + cell] = own[k]!
      logits[k * H * W + cell] = 6 - 2 * k + draw.next()
    }
  }
  return { shape: [K, H, W], ids, logits }
}

const raise: Operation = { kind: 'raise', class: 3, to: null, amount: 4, what: null }
const edit = 'stroke-1'

/** A stroke over cells in steps, each of which covers what is listed. */
function strokeOver(machine: LabelMap, steps: readonly (readonly number[])[]) {
  let stroke = beginStroke(edit, raise, emptyLayer, shown(machine))
  const changed = steps.map(cells => {
    const step = coverCells(stroke, ground(machine), cells)
    stroke = step.stroke
    return step.changed
  })
  return { stroke, changed }
}

test('a stroke that grows and shrinks is the edit of the cells that it covers in the end', () => {
  const machine = mapOf(1)
  const { stroke, changed } = strokeOver(machine, [
    [0, 1],
    [0, 1, 2],
    [1, 2],
    [1, 2, 7],
    [1, 2, 7],
  ])
  expect(changed).toEqual([[0, 1], [2], [0], [7], []])
  expect([...stroke.byCell.keys()]).toEqual([1, 2, 7])
  const layer = applyChanges(emptyLayer, changesOf(stroke))
  expect(layer).toEqual(stroke.layer)
  const anew = applyLayer(machine, layer, { fill: 0, classes })
  for (let cell = 0; cell < 20; cell++)
    expect(inspectCell(stroke.corrected, emptyLayer, [], cell).slice(0, 3)).toEqual(
      inspectCell(anew, emptyLayer, [], cell).slice(0, 3),
    )
  expect(stroke.view).toBe(stroke.corrected)
  expect(machine).toEqual(mapOf(1))
})

test('two layers differ in just the cells that were changed between them', () => {
  const machine = mapOf(2)
  const first = strokeOver(machine, [[1, 2]]).stroke
  const second = coverCells(
    beginStroke('stroke-2', raise, first.layer, { map: first.corrected, view: first.view }),
    ground(machine),
    [2, 9],
  ).stroke
  expect(differingCells(first.layer, second.layer).sort((a, b) => a - b)).toEqual([2, 9])
  expect(differingCells(second.layer, emptyLayer).sort((a, b) => a - b)).toEqual([1, 2, 9])
  expect(differingCells(first.layer, first.layer)).toEqual([])
})

test("a cell's shares are the softmax over all classes; removed classes have none", () => {
  const machine = mapOf(3)
  const shares = cellShares(inspectCell(machine, emptyLayer, [], 6), { classes, fill: 0 })
  for (const { class: id, share } of shares)
    expect(share).toBeCloseTo(shareOf(machine, 6, id, { classes, fill: 0 }), 6)
  const top = shares[0]!.class
  const remove: Operation = { kind: 'remove', class: top, to: null, amount: null, what: null }
  const begun = beginStroke(edit, remove, emptyLayer, shown(machine))
  const { layer } = coverCells(begun, ground(machine), [6]).stroke
  const left = cellShares(inspectCell(machine, layer, [], 6), { classes, fill: 0 })
  expect(left.at(-1)).toMatchObject({ class: top, logit: null, share: 0, editId: edit })
  expect(left[0]!.share).toBeGreaterThan(shares[1]!.share)
})

test('targets are pooled by the same code as training, and compared by their strongest classes', () => {
  const machine = mapOf(4)
  const targeter = createTargeter(identityClassMap(classes), 0)
  const crop = { top: 10, left: 5, height: 40, width: 60 }
  const image = { height: 80, width: 100 }
  for (const axes of ['correct', 'published'] as const) {
    const ours = targetOf(targeter, machine, crop, image, axes)
    const theirs = poolLabelMap(machine, crop, image, { classes, axes })
    expect([...ours.probabilities]).toEqual([...theirs.probabilities])
  }
  const a = { probabilities: Float32Array.from([0.1, 0.6, 0.3]), unmatchedMass: 0 }
  const b = { probabilities: Float32Array.from([0.7, 0.1, 0.2]), unmatchedMass: 0 }
  expect(strongest(a.probabilities, 2)).toEqual([1, 2])
  expect(strongest(Float32Array.from([0.5, 0.5]), 2)).toEqual([0, 1])
  expect(compareTargets([a, b], 2).map(row => row.id)).toEqual([0, 1])
})
