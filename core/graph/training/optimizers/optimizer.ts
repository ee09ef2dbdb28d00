/**
 * An optimizer's part of the training graph: one update per parameter; everything that changes between steps is an
 * input.
 */
import type { Writer } from '../../writer.ts'

/** One parameter at one step, as values of the training graph. */
export interface Update {
  parameter: string
  gradient: string
  /** Whether weight decay applies to this parameter. */
  decay: boolean
  /** Current moments, as many as `moments` says. */
  moments: string[]
}

/** An optimizer; `scalars` names its inputs besides `learning_rate`. */
export interface Optimizer {
  moments: number
  scalars: readonly string[]
  update(w: Writer, update: Update): { parameter: string; moments: string[] }
}

/** Names of the scalar inputs. */
export const learningRate = 'learning_rate'
/** 1 − β₁ᵗ and √(1 − β₂ᵗ) at step t ≥ 1 (Kingma and Ba 2015, section 3). */
export const biasCorrections = ['correction1', 'correction2'] as const
