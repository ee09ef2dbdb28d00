/** The state of the train screen as plain data; pure. */
import type { CallOutput } from '../../../core/contract/api/index.ts'
import type { Part } from '../../recipe/parts.ts'
import { valueAt } from '../../recipe/parts.ts'
import type { Base, Plan } from './plan.ts'

export type TrainingOptions = CallOutput<'training.options'>

export interface TrainState {
  /** The project of this state. */
  dir: string | null
  /** Whether it is the built-in sample. */
  sample: boolean
  options: TrainingOptions | null
  optionsError: unknown
  /** Name of the preset to begin with. */
  proposed: string
  plan: Plan
  /** The last valid complete recipe. */
  recipe: Part
  problems: readonly string[]
  /** The job whose curves were last displayed. */
  followed: number | null
}

export const noPlan: Plan = { base: { kind: 'preset', name: '', recipe: {} }, changes: {} }

export const firstTrain: TrainState = {
  dir: null,
  sample: false,
  options: null,
  optionsError: null,
  proposed: '',
  plan: noPlan,
  recipe: {},
  problems: [],
  followed: null,
}

/** Settings that are kept when the preset changes. */
const lasting = ['supervision', 'seed', 'annotation']

/** A plan from another preset. */
export function planFrom(preset: Omit<Base, 'kind'>, before: Plan): Plan {
  const kept = lasting.filter(path => valueAt(before.changes, path) !== undefined)
  return {
    base: { kind: 'preset', ...preset },
    changes: Object.fromEntries(kept.map(path => [path, valueAt(before.changes, path)])),
  }
}

/** The typical longer side of the images, pixels; null: unknown. */
export function usualSide(items: readonly { width: number; height: number }[]): number | null {
  const sides = items.map(item => Math.max(item.width, item.height)).sort((a, b) => a - b)
  return sides[Math.floor(sides.length / 2)] ?? null
}
