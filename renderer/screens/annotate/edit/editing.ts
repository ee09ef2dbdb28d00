/** Makes edits by pointer strokes, with the keyboard's cell and by reverts, and undoes them. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import {
  changedCells,
  revertAll,
  revertCells,
  revertEdit,
  type CellPoint,
} from '../../../../core/labelmap/corrections/index.ts'
import type { Change, Edit, Operation } from '../../../../core/contract/api/corrections.ts'
import { translate } from '../../../i18n/index.ts'
import { useSettings } from '../../../stores/settings.ts'
import { useAnnotate } from '../state/store.ts'
import { changesOf } from '../state/stroke.ts'
import { editTool, operationOf } from '../state/tools.ts'
import { atCursor } from './at-cursor.ts'
import { useEffects } from './effects.ts'
import { useStrokes, type StrokeOptions } from './strokes.ts'

type Revert = 'cell' | 'edit' | 'all'

export const useEditing = defineStore('annotate-editing', () => {
  const screen = useAnnotate()
  const settings = useSettings()
  const strokes = useStrokes()
  const effects = useEffects()
  const { active, pending, move, cancel } = strokes
  const canUndo = computed(() => screen.locked === null && screen.history.done.length > 0)
  const canRedo = computed(() => screen.locked === null && screen.history.undone.length > 0)

  const say = (key: string, values: Record<string, unknown> = {}): void =>
    screen.say(translate(`annotate.said.${key}`, values))

  /** Begins a stroke at a position in units of cells; if that is not possible, returns false and shows why. */
  function begin(at: CellPoint, options: StrokeOptions = {}): boolean {
    const operation = screen.locked ?? operationOf(screen.tools)
    if (typeof operation !== 'string') return strokes.begin(operation, at, options)
    say(operation)
    return false
  }

  /** Applies an operation to some cells at once. */
  function apply(operation: Operation, cells: readonly number[], tool: Edit['tool']): void {
    if (screen.locked !== null) return say(screen.locked)
    const planned = effects.plan(operation, cells)
    if (!planned) return
    const { edit: id, changes, before } = planned
    if (changes.length === 0) return say('nothing')
    file({ id, tool, operation, changes })
    effects.tell(operation, changedCells(changes), before)
  }

  function end(): void {
    const made = strokes.end()
    if (made === null) return
    if (typeof made === 'string') return say(made)
    const { edit, operation } = made.stroke
    const changes = changesOf(made.stroke)
    file({ id: edit, tool: editTool(screen.tools.tool), operation, changes })
    effects.tell(operation, changedCells(changes), made.before)
  }

  /** Adds an edit to the history and saves it. */
  function file(edit: Pick<Edit, 'id' | 'tool' | 'operation' | 'changes'>): void {
    const { author } = settings.settings
    screen.corrections?.apply({ ...edit, author, created: new Date().toISOString() })
    const { kind, class: id, to } = edit.operation
    screen.act({ kind: 'used', ids: [id, to].filter(one => one !== null) })
    if (kind === 'revert') say('reverted', { count: changedCells(edit.changes).length })
  }

  function revert(what: Revert, plan: () => Change[]): void {
    if (screen.locked !== null) return say(screen.locked)
    const changes = plan()
    if (changes.length === 0) return say('nothing')
    const operation: Operation = { kind: 'revert', class: null, to: null, amount: null, what }
    file({ id: crypto.randomUUID(), tool: 'revert', operation, changes })
  }

  function undo(): void {
    if (active.value) return cancel()
    if (canUndo.value && screen.corrections?.undo()) say('undone')
  }

  function redo(): void {
    if (!active.value && canRedo.value && screen.corrections?.redo()) say('redone')
  }

  return {
    pending,
    active,
    apply,
    canUndo,
    canRedo,
    begin,
    move,
    end,
    cancel,
    ...atCursor({ active, begin, move, end }),
    revertCell: (cell: number) => revert('cell', () => revertCells(screen.history.layer, [cell])),
    revertOne: (edit: string) =>
      revert('edit', () => revertEdit(screen.history.layer, screen.history.done, edit)),
    revertEverything: () => revert('all', () => revertAll(screen.history.layer)),
    undo,
    redo,
  }
})
