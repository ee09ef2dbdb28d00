/** Strokes with the keyboard's cell. */
import type { ComputedRef } from 'vue'
import type { CellPoint } from '../../../../core/labelmap/corrections/index.ts'
import { useAnnotate } from '../state/store.ts'
import { cellMiddle, isBox, moveCell } from '../state/tools.ts'

/** The strokes that it makes. */
export interface CursorStrokes {
  active: ComputedRef<boolean>
  begin(at: CellPoint): boolean
  move(to: CellPoint): void
  end(): void
}

export function atCursor({ active, begin, move, end }: CursorStrokes) {
  const screen = useAnnotate()

  /** Applies the tool at the keyboard's cell; a rectangle takes two of them, its opposite corners. */
  function applyAtCursor(): void {
    const grid = screen.grid
    if (!grid) return
    const cell = screen.cursor ?? moveCell(grid, null, 0, 0)
    screen.setCursor(cell)
    const at = cellMiddle(grid, cell)
    if (active.value) {
      move(at)
      end()
    } else if (begin(at) && !isBox(screen.tools.tool)) end()
  }

  /** Moves the keyboard's cell by so many columns and rows. */
  function moveCursor(dx: number, dy: number): void {
    if (!screen.grid) return
    const cell = moveCell(screen.grid, screen.cursor, dx, dy)
    screen.setCursor(cell)
    if (active.value) move(cellMiddle(screen.grid, cell))
    // The keyboard is in use now, so the cell under the resting pointer no longer counts.
    screen.hover(null)
  }

  return { applyAtCursor, moveCursor }
}
