/** The keyboard actions of the annotate screen. */
import { verdicts } from '../../../core/contract/review-state.ts'
import type { ActionId } from '../../keys/actions.ts'
import { useAction, useHold, useOtherKeys } from '../../keys/useAction.ts'
import { useClasses } from '../../stores/classes.ts'
import { useProject } from '../../stores/project.ts'
import { useCropTool } from './image/crop-tool.ts'
import { useEditing } from './edit/editing.ts'
import { stepOpacity } from './state/overlay.ts'
import { nextView } from '../../labelmap/views.ts'
import { useAnnotate } from './state/store.ts'
import { operationNames, toolNames } from './state/tools.ts'
import { useWalk } from './navigate/walk.ts'

/** What only the screen can do. */
export interface ScreenActions {
  /** Shows the candidates of the keyboard's cell. */
  choose(): void
  fit(): void
  actual(): void
  zoom(factor: number): void
  pickClass(): void
  toReview(): void
  /** Whether the screen was entered from the review. */
  reviewing(): boolean
}

export function useAnnotateKeys(actions: ScreenActions): void {
  const screen = useAnnotate()
  const editing = useEditing()
  const crops = useCropTool()
  const walk = useWalk()
  const project = useProject()
  const classes = useClasses()
  const canEdit = (): boolean => screen.locked === null

  useAction('image.next', () => walk.go(1), { enabled: () => walk.canGo.next })
  useAction('image.previous', () => walk.go(-1), { enabled: () => walk.canGo.previous })
  for (const state of verdicts)
    useAction(`mark.${state}`, () => void walk.mark(state), {
      enabled: () => screen.image !== null && !project.info?.readonly,
    })
  useAction('annotate.toReview', () => actions.toReview(), { enabled: () => actions.reviewing() })
  useAction('undo', () => editing.undo(), { enabled: () => editing.canUndo || editing.active })
  useAction('redo', () => editing.redo(), { enabled: () => editing.canRedo })

  for (const tool of toolNames) useAction(`tool.${tool}`, () => screen.act({ kind: 'tool', tool }))
  for (const operation of operationNames)
    useAction(`op.${operation}`, () => screen.act({ kind: 'operation', operation }))
  useAction('snap', () => screen.act({ kind: 'snap' }))
  useAction('brush.larger', () => screen.act({ kind: 'brush', by: 1 }))
  useAction('brush.smaller', () => screen.act({ kind: 'brush', by: -1 }))
  useAction('class.pick', () => actions.pickClass(), { enabled: canEdit })
  for (let n = 1; n <= 9; n++)
    useAction(`class.recent${n}` as ActionId, () => screen.act({ kind: 'recent', place: n - 1 }), {
      enabled: () => screen.tools.recent.length >= n,
    })

  // A class's own key chooses it, as it does in the list.
  useOtherKeys(combo => {
    const id = classes.byKey.get(combo)
    if (id === undefined || !canEdit()) return false
    screen.act({ kind: 'class', id })
    return true
  })

  useAction('view.fit', () => actions.fit())
  useAction('view.actual', () => actions.actual())
  useAction('view.zoomIn', () => actions.zoom(1.25))
  useAction('view.zoomOut', () => actions.zoom(0.8))
  useHold('overlay.toggle', {
    press: () => screen.setPeek({ bare: true }),
    release(tap) {
      screen.setPeek({ bare: false })
      if (tap) screen.setOverlay({ shown: !screen.overlay.shown })
    },
  })
  useHold('overlay.alone', {
    press: () => screen.setPeek({ alone: true }),
    release: () => screen.setPeek({ alone: false }),
  })
  useAction('overlay.mode', () => screen.setOverlay({ view: nextView(screen.overlay.view) }))
  useAction('overlay.moreOpaque', () => screen.setOverlay(stepOpacity(screen.overlay, 1)))
  useAction('overlay.lessOpaque', () => screen.setOverlay(stepOpacity(screen.overlay, -1)))

  /** While the crop inspector is active, the arrow keys move the crop. */
  function step(dx: number, dy: number): void {
    const crop = screen.crop
    if (screen.tools.tool === 'inspect' && crop) {
      crops.set(moved(crop, dx, dy, screen.image?.size ?? crop))
      return
    }
    editing.moveCursor(dx, dy)
  }
  useAction('cell.up', () => step(0, -1))
  useAction('cell.down', () => step(0, 1))
  useAction('cell.left', () => step(-1, 0))
  useAction('cell.right', () => step(1, 0))
  useAction('cell.apply', () => {
    if (screen.tools.tool === 'inspect') crops.draw()
    else if (screen.tools.tool === 'select' && screen.locked === null) actions.choose()
    else editing.applyAtCursor()
  })
  useAction('cell.candidates', () => actions.choose(), { enabled: canEdit })
  useAction('cell.revert', () => screen.cursor !== null && editing.revertCell(screen.cursor), {
    enabled: () => canEdit() && screen.cursor !== null,
  })
}

/** A crop moved by whole pixels, inside of its image. */
function moved<Box extends { left: number; top: number; width: number; height: number }>(
  crop: Box,
  dx: number,
  dy: number,
  size: { width: number; height: number },
): Box {
  const within = (at: number, room: number): number => Math.max(0, Math.min(room, at))
  return {
    ...crop,
    left: within(crop.left + dx, size.width - crop.width),
    top: within(crop.top + dy, size.height - crop.height),
  }
}
