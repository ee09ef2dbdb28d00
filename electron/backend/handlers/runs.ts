/** Runs: table, curves and comparison. */
import { runsCompare } from './compare-runs.ts'
import { runsCurves } from './run-curves.ts'
import { runsGet, runsList } from './describe-runs.ts'
import type { HandlersOf } from '../context.ts'

export const runHandlers: HandlersOf<'runs.list' | 'runs.get' | 'runs.curves' | 'runs.compare'> = {
  'runs.list': (_, { session }) => runsList(session.require().project),
  'runs.get': (input, { session }) => runsGet(session.require().project, input),
  'runs.curves': (input, { session }) => runsCurves(session.require().project, input),
  'runs.compare': (input, { session }) => runsCompare(session.require().project, input),
}
