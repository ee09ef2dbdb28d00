/** Makes edits: by strokes of the pointer, by the keyboard's cell, by reverts; and takes them back. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import {
  changedCells,
  revertAll,
  revertCells,
  revertEdit,
  type CellPoint,
  type CorrectionLayer,
} from '../../../../core/labelmap/corrections/index.ts'
import type { Change, Edit, Operation } from '../../../../core/contract/api/corrections.ts'
import { translate } from '../../../i18n/index.ts'
import { useSettings } from '../../../stores/settings.ts'
import { useAnnotate } from '../state/store.ts'
import { addCells, beginStroke, type Stroke } from '../state/stroke.ts'
import { cellMiddle, editTool, moveCell, operationOf, touchedCells } from '../state/tools.ts'
import { timed } from './timings.ts'

export const useEditing = defineStore('annotate-editing', () => {
  const screen = useAnnotate()
  const settings = useSettings()
  const stroke = shallowRef<Stroke | null>(null)
  /** The layer that the stroke stands on. */
  let base: CorrectionLayer | null = null
  let from: CellPoint | null = null
  let last: CellPoint | null = null
  /** Cells that a rectangle in progress covers. */
  const pending = shallowRef<readonly number[]>([])

  const active = computed(() => stroke.value !== null || pending.value.length > 0)
  const canUndo = computed(() => screen.locked === null && screen.history.done.length > 0)
  const canRedo = computed(() => screen.locked === null && screen.history.undone.length > 0)

  const say = (key: string, values: Record<string, unknown> = {}): void => {
    screen.said = translate(`annotate.said.${key}`, values)
  }

  /** The operation in hand; says what is missing. */
  function wanted(): Operation | null {
    if (screen.locked !== null) {
      say(screen.locked)
      return null
    }
    const operation = operationOf(screen.tools)
    if (typeof operation !== 'string') return operation
    say(operation)
    return null
  }

  /** Begins at a place in units of cells; false: nothing can be done. */
  function begin(at: CellPoint): boolean {
    const operation = wanted()
    const shown = screen.shown
    if (!operation || !shown || screen.tools.tool === 'inspect') return false
    from = last = at
    base = screen.history.layer
    stroke.value = beginStroke(crypto.randomUUID(), operation, shown.layer, shown.map)
    if (screen.tools.tool === 'rectangle') pending.value = touchedCells(screen.tools, shown.map, at, at)
    else add(touchedCells(screen.tools, shown.map, at, at))
    return true
  }

  /** Goes on to a place. Only the brush adds cells as it goes; region and image are done at once. */
  function move(to: CellPoint): void {
    const shown = screen.shown
    if (!stroke.value || !shown || !from || !last) return
    if (screen.tools.tool === 'rectangle') pending.value = touchedCells(screen.tools, shown.map, from, to)
    if (screen.tools.tool === 'brush') add(touchedCells(screen.tools, shown.map, last, to))
    last = to
  }

  function add(cells: readonly number[]): void {
    const [machine, base] = [screen.image?.map, screen.ground]
    if (!stroke.value || !machine || !base) return
    const step = timed('apply', () =>
      addCells(stroke.value!, { machine, fill: base.fill, classes: base.classes }, cells),
    )
    stroke.value = step.stroke
    if (step.changed.length === 0) return
    const { corrected: map, layer } = step.stroke
    timed('paint', () => (screen.shown = { map, layer, cells: step.changed }))
  }

  function end(): void {
    if (pending.value.length > 0) add(pending.value)
    const made = stroke.value
    drop()
    if (!made) return
    if (base !== screen.history.layer) {
      screen.showHistory()
      return say('moved')
    }
    if (made.changes.length === 0) say('nothing')
    else file(made.edit, editTool(screen.tools.tool), made.operation, made.changes)
  }

  function drop(): void {
    stroke.value = null
    pending.value = []
    from = last = null
  }

  function cancel(): void {
    drop()
    screen.showHistory()
  }

  // A stroke belongs to its image.
  watch(() => screen.corrections, drop, { flush: 'sync' })

  /** Puts an edit into the history and on its way to the disk. */
  function file(id: string, tool: Edit['tool'], operation: Operation, changes: Change[]): void {
    const { author } = settings.settings
    const created = new Date().toISOString()
    screen.corrections?.apply({ id, author, created, tool, operation, changes })
    const used = [operation.class, operation.to].filter(one => one !== null)
    screen.act({ kind: 'used', ids: used })
    const cells = changedCells(changes)
    say(operation.kind === 'revert' ? 'reverted' : 'edited', { count: cells.length })
  }

  /** Applies the tool at the keyboard's cell; a rectangle takes two of them, its opposite corners. */
  function applyAtCursor(): void {
    const grid = screen.grid
    if (!grid) return
    screen.cursor ??= moveCell(grid, null, 0, 0)
    const at = cellMiddle(grid, screen.cursor)
    if (active.value) {
      move(at)
      end()
    } else if (begin(at) && screen.tools.tool !== 'rectangle') end()
  }

  /** Moves the keyboard's cell by so many columns and rows. */
  function moveCursor(dx: number, dy: number): void {
    if (!screen.grid) return
    screen.cursor = moveCell(screen.grid, screen.cursor, dx, dy)
    if (active.value) move(cellMiddle(screen.grid, screen.cursor))
    // The keyboard speaks now: what the resting pointer is over no longer counts.
    screen.hovered = null
  }

  function revert(what: 'cell' | 'edit' | 'all', plan: () => Change[]): void {
    if (screen.locked !== null) return say(screen.locked)
    const changes = plan()
    if (changes.length === 0) return say('nothing')
    const id = crypto.randomUUID()
    file(id, 'revert', { kind: 'revert', class: null, to: null, amount: null, what }, changes)
  }

  const revertCell = (cell: number): void => revert('cell', () => revertCells(screen.history.layer, [cell]))
  const revertOne = (edit: string): void =>
    revert('edit', () => revertEdit(screen.history.layer, screen.history.done, edit))
  const revertEverything = (): void => revert('all', () => revertAll(screen.history.layer))

  function undo(): void {
    if (active.value) return cancel()
    if (!canUndo.value || !screen.corrections?.undo()) return
    say('undone')
  }

  function redo(): void {
    if (active.value || !canRedo.value || !screen.corrections?.redo()) return
    say('redone')
  }

  return {
    stroke,
    pending,
    active,
    canUndo,
    canRedo,
    begin,
    move,
    end,
    cancel,
    applyAtCursor,
    moveCursor,
    revertCell,
    revertOne,
    revertEverything,
    undo,
    redo,
  }
})
