/** Opens an annotator: the classifier's file, the surgery, and whether it fits the request. */
import { basename } from 'node:path'
import { fail } from '../base/error.ts'
import type { ResizeRule } from '../contract/manifest.ts'
import type { EngineOptions, Session } from '../engine/engine.ts'
import { openSession } from '../engine/session.ts'
import { readOnnx } from '../graph/files/read.ts'
import type { OnnxModel } from '../graph/model.ts'
import { toAnnotator } from '../graph/surgery/to-annotator.ts'
import type { SurgeryReport } from '../graph/surgery/report.ts'

/** A model ready to write label maps. */
export interface Annotator {
  /** The classifier as it was read. */
  classifier: OnnxModel
  model: OnnxModel
  report: SurgeryReport
  session: Session
}

/**
 * Reads a classifier, turns it into an annotator and loads it. Rejects with `not-found`, `bad-model` or `unsupported`.
 */
export async function openAnnotator(file: string, options: EngineOptions = {}): Promise<Annotator> {
  const classifier = await readOnnx(file)
  const { model, report } = toAnnotator(classifier)
  return { classifier, model, report, session: await openSession(model, options) }
}

/** The batch size of a model: as requested, or the one with which it was exported. */
export interface FittingBatch {
  batch: number
  fixedBatch?: number
}

/**
 * Fails with `mismatch` where the model was exported for other sizes than wanted, `unsupported` where it takes no RGB.
 */
export function fitInput(
  { inputShape }: Pick<SurgeryReport, 'inputShape'>,
  file: string,
  wanted: { size: number; resize: ResizeRule; batch: number },
): FittingBatch {
  const [n, channels, height, width] = inputShape
  if (typeof channels === 'number' && channels !== 3)
    fail('unsupported', `${basename(file)} takes images of ${channels} channels; an annotator needs 3 (RGB)`)
  for (const side of [height, width]) {
    if (typeof side !== 'number') continue
    if (wanted.resize === 'pad' || side !== wanted.size)
      fail(
        'mismatch',
        `${basename(file)} was exported for images of exactly ${width}×${height} pixels; use --size ${side} --resize squash, or export it with dynamic height and width for finer maps`,
        { height, width },
      )
  }
  return typeof n === 'number' ? { batch: n, fixedBatch: n } : { batch: wanted.batch }
}
