/** What K costs, from a probe: bytes, exactness, and whether the disk holds it. */
import type { AnnotateProbe } from '../../../core/contract/api/annotator.ts'

/** A row of the table. */
export interface CostRow {
  k: number
  bytes: number
  divergence: number
  agreement: number
  disk: number
  chosen: boolean
  /** The disk would be full. */
  tooLarge: boolean
}

/** Part of the free space that stays free: databases and checkpoints need room too. */
const reserve = 0.05

/** Rows by K, the chosen one marked. */
export function costRows(probe: AnnotateProbe, chosen: number): CostRow[] {
  return [...probe.rows]
    .sort((a, b) => a.k - b.k)
    .map(row => ({ ...row, chosen: row.k === chosen, tooLarge: row.disk > probe.free * (1 - reserve) }))
}

/** Whether the probe measured the chosen K; only then its disk space is known. */
export function chosenRow(probe: AnnotateProbe, chosen: number): CostRow | null {
  return costRows(probe, chosen).find(row => row.chosen) ?? null
}
