/** The review states in the order in which they are shown; the contract's table, without its schemas. */
import type { ReviewState } from '../../../core/contract/api/browse.ts'

export const reviewStates = [
  'none',
  'accepted',
  'fixed',
  'skipped',
  'flagged',
] as const satisfies readonly ReviewState[]
