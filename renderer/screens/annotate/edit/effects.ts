/** What an operation would change in some cells, and saying what an edit did to them and to the target. */
import type { Change, Operation } from '../../../../core/contract/api/corrections.ts'
import { imageCells, planChanges } from '../../../../core/labelmap/corrections/index.ts'
import { useBindings } from '../../../keys/useAction.ts'
import { targetOf, wholeImage } from '../../../labelmap/targets.ts'
import { useAnnotate } from '../state/store.ts'
import { leadersOf, outcomeOf, toldClass } from './outcome.ts'
import { outcomeText, targetText } from './outcome-text.ts'
import { copyOfMap, type Before } from './strokes.ts'

/** An edit that is not made yet. */
export interface Planned {
  edit: string
  changes: Change[]
  before: Before
}

export function useEffects() {
  const screen = useAnnotate()
  const bindings = useBindings()

  /** null: there is nothing to correct. */
  function plan(operation: Operation, cells: readonly number[]): Planned | null {
    const { image, ground, shown, grid } = screen
    if (!image?.map || !ground || !shown || !grid) return null
    const { space, fill } = ground
    const led = leadersOf(shown.view, imageCells(grid), space)
    const before = { led, map: copyOfMap(shown.map) }
    const edit = crypto.randomUUID()
    const { layer } = screen.history
    const changes = planChanges(image.map, layer, cells, operation, { edit, fill, space })
    return { edit, changes, before }
  }

  /** Says what an edit did, and what became of the target. */
  function tell(operation: Operation, cells: readonly number[], before: Before): void {
    const { ground, shown, image } = screen
    if (!ground || !shown || !image) return
    const led = cells.map(cell => before.led[cell]!)
    const outcome = outcomeOf(led, leadersOf(shown.view, cells, ground.space))
    const crop = wholeImage(image.size)
    const shares = [before.map, shown.map].map(
      map => targetOf(ground.targeter, map, crop, image.size).probabilities,
    )
    const named = { name: screen.short, undo: bindings.value.undo[0] ?? null }
    const id = toldClass(operation, outcome)
    const isOwn = id !== null && id < shares[0]!.length
    const target = isOwn ? targetText({ id, from: shares[0]![id]!, to: shares[1]![id]! }, named) : null
    screen.say(outcomeText(operation, outcome, named), target)
  }

  return { plan, tell }
}
