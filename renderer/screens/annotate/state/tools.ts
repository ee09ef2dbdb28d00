/** The current tool: its cells, its operation, class and amount; a pure reducer. */
import type { Operation, Edit } from '../../../../core/contract/api/corrections.ts'
import type { LabelMap } from '../../../../core/labelmap/label-map.ts'
import {
  brushCells,
  imageCells,
  rectangleCells,
  regionCells,
  type CellGrid,
  type CellPoint,
} from '../../../../core/labelmap/corrections/index.ts'

export const toolNames = ['select', 'brush', 'rectangle', 'region', 'image', 'inspect'] as const
export type ToolName = (typeof toolNames)[number]
/** What a person means, in words. */
export const meaningNames = ['label', 'also', 'not', 'nothing', 'really'] as const
/** Changes of logits, for experts. */
export const logitNames = ['raise', 'lower', 'set', 'remove', 'swap'] as const
export const operationNames = [...meaningNames, ...logitNames] as const
export type OperationName = (typeof operationNames)[number]
export const isMeaning = (name: OperationName): boolean =>
  (meaningNames as readonly OperationName[]).includes(name)
/** Operations that put a second class in the place of the first. */
export const hasTwo = (name: OperationName): boolean => name === 'really' || name === 'swap'

/** The slider of `label`. */
export const probabilities = { min: 0.51, max: 0.99, step: 0.01 }

/** Radii of the brush in cells. */
export const brushRadii = [0.5, 1, 1.5, 2, 3, 4, 6] as const

export interface ToolState {
  tool: ToolName
  operation: OperationName
  /** Shown class; null: none chosen yet. */
  class: number | null
  /** What `really` and `swap` put in its place. */
  to: number | null
  /** Logits that `raise` and `lower` change by. */
  amount: number
  /** The logit that `set` sets. */
  logit: number
  /** With which `label` makes its class lead. */
  probability: number
  /** Whether strokes take the regions under them along. */
  snap: boolean
  /** Whether `really` is for the whole image, wherever it is applied. */
  everywhere: boolean
  /** Index into {@link brushRadii}. */
  brush: number
  /** The nine classes used last, each at its number key. */
  recent: readonly number[]
  /** The same, with the most recently used last. */
  order: readonly number[]
}

export const firstTools: ToolState = {
  tool: 'select',
  operation: 'label',
  class: null,
  to: null,
  amount: 2,
  logit: 10,
  probability: 0.95,
  snap: true,
  everywhere: false,
  brush: 0,
  recent: [],
  order: [],
}

export type ToolAction =
  | { kind: 'tool'; tool: ToolName }
  | { kind: 'operation'; operation: OperationName }
  /** Chooses a class; with two classes to choose, and the first one chosen, a key of a recent class chooses what takes its place. */
  | { kind: 'class'; id: number; role?: 'class' | 'to' }
  | { kind: 'recent'; place: number }
  | { kind: 'amount'; value: number }
  | { kind: 'logit'; value: number }
  | { kind: 'probability'; value: number }
  | { kind: 'snap' }
  | { kind: 'everywhere' }
  | { kind: 'brush'; by: number }
  /** A class was used in an edit. */
  | { kind: 'used'; ids: readonly number[] }
  /** Another annotation: class ids have a different meaning. */
  | { kind: 'forget' }

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value))

export function reduceTools(state: ToolState, action: ToolAction): ToolState {
  switch (action.kind) {
    case 'tool':
      return { ...state, tool: action.tool }
    case 'operation':
      return { ...state, operation: action.operation }
    case 'class':
      return remember(action.role === 'to' ? { ...state, to: action.id } : { ...state, class: action.id }, [
        action.id,
      ])
    case 'recent': {
      const id = state.recent[action.place]
      if (id === undefined) return state
      const second = hasTwo(state.operation) && state.class !== null && state.class !== id
      return second ? { ...state, to: id } : { ...state, class: id }
    }
    case 'amount':
      return { ...state, amount: clamp(action.value, 0.1, 1000) }
    case 'logit':
      return { ...state, logit: clamp(action.value, -65504, 65504) }
    case 'probability':
      return { ...state, probability: clamp(action.value, probabilities.min, probabilities.max) }
    case 'snap':
      return { ...state, snap: !state.snap }
    case 'everywhere':
      return { ...state, everywhere: !state.everywhere }
    case 'brush':
      return { ...state, brush: clamp(state.brush + action.by, 0, brushRadii.length - 1) }
    case 'used':
      return remember(state, action.ids)
    case 'forget':
      return { ...state, class: null, to: null, recent: [], order: [] }
  }
}

/** Classes keep their keys; a new one gets the next free key, or that of the least recently used class. */
function remember(state: ToolState, ids: readonly number[]): ToolState {
  let { recent, order } = state
  for (const id of ids) {
    if (!recent.includes(id))
      recent = recent.length < 9 ? [...recent, id] : recent.map(other => (other === order[0] ? id : other))
    order = [...order.filter(other => other !== id && recent.includes(other)), id]
  }
  return { ...state, recent, order }
}

/** Why an operation cannot be done yet. */
export type Missing = 'class' | 'to' | 'same'

/** The operation of the current state, or what it lacks. */
export function operationOf(state: ToolState): Operation | Missing {
  const { operation: kind, class: id, to } = state
  const shown = { what: null, ids: 'shown' as const }
  if (kind === 'nothing') return { kind, class: null, to: null, amount: null, ...shown }
  if (id === null) return 'class'
  const two = hasTwo(kind)
  if (two && to === null) return 'to'
  if (two && to === id) return 'same'
  return { kind, class: id, to: two ? to : null, amount: amountOf(state), ...shown }
}

function amountOf({ operation, probability, logit, amount }: ToolState): number | null {
  switch (operation) {
    case 'label':
      return probability
    case 'set':
      return logit
    case 'raise':
    case 'lower':
      return amount
    default:
      return null
  }
}

/** The tool name stored with an edit: dragging with `select` makes a rectangle. */
export function editTool(tool: ToolName): Edit['tool'] {
  if (tool === 'select') return 'rectangle'
  return tool === 'inspect' ? 'brush' : tool
}

/** Whether a tool covers what lies between where a stroke began and where it is. */
export const isBox = (tool: ToolName): boolean => tool === 'select' || tool === 'rectangle'

/** The cells that a tool covers between two positions in units of cells; the second is under the pointer. */
export function touchedCells(
  state: Pick<ToolState, 'tool' | 'brush'>,
  corrected: LabelMap,
  from: CellPoint,
  to: CellPoint,
): number[] {
  const [, height, width] = corrected.shape
  const grid: CellGrid = { height, width }
  switch (state.tool) {
    case 'brush':
      return brushCells(grid, from, to, brushRadii[state.brush] ?? 0.5)
    case 'select':
    case 'rectangle':
      return rectangleCells(grid, from, to)
    case 'region': {
      const cell = cellAt(grid, to)
      return cell === null ? [] : regionCells(corrected, cell)
    }
    case 'image':
      return cellAt(grid, to) === null ? [] : imageCells(grid)
    case 'inspect':
      return []
  }
}

/** The cell at a position, or null outside the map. */
export function cellAt(grid: CellGrid, at: CellPoint): number | null {
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)]
  return x >= 0 && y >= 0 && x < grid.width && y < grid.height ? y * grid.width + x : null
}

/** The middle of a cell. */
export const cellMiddle = (grid: CellGrid, cell: number): CellPoint => ({
  x: (cell % grid.width) + 0.5,
  y: Math.floor(cell / grid.width) + 0.5,
})

/** The keyboard's cell after a step; the first step begins in the middle. */
export function moveCell(grid: CellGrid, cell: number | null, dx: number, dy: number): number {
  if (cell === null) return Math.floor(grid.height / 2) * grid.width + Math.floor(grid.width / 2)
  const x = clamp((cell % grid.width) + dx, 0, grid.width - 1)
  const y = clamp(Math.floor(cell / grid.width) + dy, 0, grid.height - 1)
  return y * grid.width + x
}
