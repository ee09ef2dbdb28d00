/** What K costs, from a probe: bytes, accuracy, and whether it fits on the disk. */
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

/** Share of the free space to keep free for databases and checkpoints. */
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
