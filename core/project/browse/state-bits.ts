/**
 * The states of an image in one integer, one bit per state within its group, so that any combination of state filters
 * is one test: `bits & reject = 0`.
 */
import type { ImageFilter } from '../../contract/api/browse.ts'
import { reviewStates, type ReviewState } from '../../contract/review-state.ts'

/** Bits by group. `disagree` and `listed` are unknown without a label or measures. */
export const stateBits = {
  /** By position in `reviewStates`. */
  review: [1, 2, 4, 8, 16],
  corrected: { no: 32, yes: 64 },
  disagree: { unknown: 128, no: 256, yes: 512 },
  listed: { unknown: 1024, no: 2048, yes: 4096 },
  problem: { no: 8192, yes: 16384 },
  /** Whether the label is another one than the image came with. */
  changed: { no: 32_768, yes: 65_536 },
} as const

/** Above every combination of states. */
export const mostBits = 131_072

export const reviewBit = (state: ReviewState): number => 1 << reviewStates.indexOf(state)

export const reviewOf = (bits: number): ReviewState =>
  reviewStates[stateBits.review.findIndex(bit => (bits & bit) !== 0)] ?? 'none'

/** The bits that a filter rejects; 0: it has no conditions on states. */
export function rejectedBits(filter: ImageFilter): number {
  let reject = 0
  const { review, corrected, disagree, listed, problem, changed } = filter
  if (review && review.length > 0)
    for (const state of reviewStates) if (!review.includes(state)) reject |= reviewBit(state)
  if (corrected !== undefined) reject |= corrected ? stateBits.corrected.no : stateBits.corrected.yes
  if (disagree !== undefined)
    reject |= stateBits.disagree.unknown | (disagree ? stateBits.disagree.no : stateBits.disagree.yes)
  if (listed !== undefined)
    reject |= stateBits.listed.unknown | (listed ? stateBits.listed.no : stateBits.listed.yes)
  if (problem !== undefined) reject |= problem ? stateBits.problem.no : stateBits.problem.yes
  if (changed !== undefined) reject |= changed ? stateBits.changed.no : stateBits.changed.yes
  return reject
}
