/** The state of the runs screen as plain data, with its reducers; pure. */
import type { CallOutput } from '../../../core/contract/api/index.ts'
import type { RunCurves, RunInfo } from '../../../core/contract/api/training.ts'
import type { TableSort } from './table.ts'

export type RunDetails = CallOutput<'runs.get'>
export type RunsTab = 'curves' | 'compare' | 'detail'

export interface RunsState {
  runs: readonly RunInfo[]
  loaded: boolean
  error: unknown
  sort: TableSort
  /** Ids in the order of selection; the first two are compared. */
  selected: readonly string[]
  focused: string | null
  tab: RunsTab
  /** Details of the requested runs. */
  details: ReadonlyMap<string, RunDetails>
  curves: ReadonlyMap<string, RunCurves>
  curvesError: unknown
}

export const firstRuns: RunsState = {
  runs: [],
  loaded: false,
  error: null,
  sort: { by: 'id', descending: true },
  selected: [],
  focused: null,
  tab: 'curves',
  details: new Map(),
  curves: new Map(),
  curvesError: null,
}

/** Resets for another project; keeps the order and the tab. */
export const forgotten = ({ sort, tab }: RunsState): RunsState => ({ ...firstRuns, sort, tab })

/** Sets the current runs; clears the details of those that changed. */
export function listed(state: RunsState, runs: readonly RunInfo[]): RunsState {
  const before = new Map(state.runs.map(run => [run.id, JSON.stringify(run)]))
  const same = new Set(runs.filter(run => before.get(run.id) === JSON.stringify(run)).map(run => run.id))
  const there = new Set(runs.map(run => run.id))
  return {
    ...state,
    runs,
    loaded: true,
    error: null,
    selected: state.selected.filter(id => there.has(id)),
    details: new Map([...state.details].filter(([id]) => same.has(id))),
    curves: new Map([...state.curves].filter(([id]) => same.has(id))),
  }
}

/** Toggles a run in the selection. */
export function selectedWith(selected: readonly string[], id: string, on: boolean): string[] {
  const others = selected.filter(one => one !== id)
  return on ? [...others, id] : others
}
