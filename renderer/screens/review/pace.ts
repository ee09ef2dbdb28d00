/** The speed of this session, from its marks. */
import { longestBreak } from '../../../core/contract/review-state.ts'

export interface Pace {
  perMinute: number
  /** Estimated seconds remaining; null: too few marks. */
  left: number | null
}

/** Minimum number of marks for an estimate. */
const enough = 10

/** Null if there is no session, or it has just begun. */
export function pace(
  session: { began: string; ended: string; marks: number } | undefined,
  left: number,
  now: number,
): Pace | null {
  if (!session || session.marks < 2 || now - Date.parse(session.ended) > longestBreak) return null
  const minutes = (Date.parse(session.ended) - Date.parse(session.began)) / 60_000
  if (!(minutes > 0)) return null
  // The time spent on the first mark is before the session began.
  const perMinute = (session.marks - 1) / minutes
  return { perMinute, left: session.marks < enough ? null : (left / perMinute) * 60 }
}
