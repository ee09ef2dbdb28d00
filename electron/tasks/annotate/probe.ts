/** The probe job: what K costs for a model and a split, before a long run. */
import { openAnnotator } from '../../../core/annotator/open.ts'
import { probe, type ProbeReport } from '../../../core/annotator/probe.ts'
import type { Preprocessing } from '../../../core/annotator/preprocess.ts'
import type { LogitMode } from '../../../core/contract/manifest.ts'
import type { EngineOptions } from '../../../core/engine/engine.ts'
import { annotatorPool, imagesOf } from './job.ts'
import type { JobContext } from '../process/protocol.ts'

/** What to try. */
export interface ProbeConfig {
  project: string
  split: string
  model: string
  classes: number
  preprocessing: Preprocessing
  stride: [number, number]
  batch: number
  /** For models exported for one batch size only. */
  fixedBatch?: number
  engine: EngineOptions
  workers?: number
  logits: LogitMode
  ks: number[]
  count: number
  crops: number
  seed: number
}

export async function run(config: ProbeConfig, context: JobContext): Promise<ProbeReport> {
  const images = imagesOf(config.project, config.split)
  const { session } = await openAnnotator(config.model, config.engine)
  const pool = annotatorPool(config.workers)
  try {
    return await probe({ ...config, mode: config.logits, session, pool, images, signal: context.signal })
  } finally {
    await pool.close()
    await session.close()
  }
}
