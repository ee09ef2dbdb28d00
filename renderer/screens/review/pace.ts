/** How fast this sitting goes, from marks that were made. */
import { longestBreak } from '../../../core/contract/review-state.ts'

export interface Pace {
  perMinute: number
  /** Seconds for what is left; null: too few marks to say. */
  left: number | null
}

/** Fewer marks say nothing of what is left. */
const enough = 10

/** Null where no sitting is under way, or it has just begun. */
export function pace(
  sitting: { began: string; ended: string; marks: number } | undefined,
  left: number,
  now: number,
): Pace | null {
  if (!sitting || sitting.marks < 2 || now - Date.parse(sitting.ended) > longestBreak) return null
  const minutes = (Date.parse(sitting.ended) - Date.parse(sitting.began)) / 60_000
  if (!(minutes > 0)) return null
  // The first mark's own time is before the sitting began to count.
  const perMinute = (sitting.marks - 1) / minutes
  return { perMinute, left: sitting.marks < enough ? null : (left / perMinute) * 60 }
}
