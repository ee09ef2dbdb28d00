/** What the train screen shows, as plain data; pure. */
import type { CallOutput } from '../../../core/contract/api/index.ts'
import type { Part } from '../../recipe/parts.ts'
import { valueAt } from '../../recipe/parts.ts'
import type { Base, Plan } from './plan.ts'

export type TrainingOptions = CallOutput<'training.options'>

export interface TrainState {
  /** The project that was prepared for. */
  dir: string | null
  /** Whether that is the built-in sample. */
  sample: boolean
  options: TrainingOptions | null
  optionsError: unknown
  /** Name of the preset to begin with. */
  proposed: string
  plan: Plan
  /** The last whole recipe that was valid. */
  recipe: Part
  problems: readonly string[]
  /** The job whose curves were shown last. */
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

/** Settings that were chosen for another preset and stay with a new one. */
const lasting = ['supervision', 'seed', 'annotation']

/** A plan from another preset. */
export function planFrom(preset: Omit<Base, 'kind'>, before: Plan): Plan {
  const kept = lasting.filter(path => valueAt(before.changes, path) !== undefined)
  return {
    base: { kind: 'preset', ...preset },
    changes: Object.fromEntries(kept.map(path => [path, valueAt(before.changes, path)])),
  }
}

/** The side that is usual among the longer sides of images, pixels; null: none is known. */
export function usualSide(items: readonly { width: number; height: number }[]): number | null {
  const sides = items.map(item => Math.max(item.width, item.height)).sort((a, b) => a - b)
  return sides[Math.floor(sides.length / 2)] ?? null
}
