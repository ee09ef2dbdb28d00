/** The score job: measures every label map of an annotation over the whole image, in the project's classes. */
import { createMeter } from '../../../core/annotator/meter.ts'
import { fail, messageOf, RelabelError } from '../../../core/base/error.ts'
import type { Skipped } from '../../../core/contract/skipped.ts'
import { openLabelMaps, type LabelMapReader } from '../../../core/labelmap/files/index.ts'
import { countSure, type SureCounter } from '../../../core/labelmap/regions/index.ts'
import { matchClasses } from '../../../core/labelmap/match-classes.ts'
import { createMapScorer, type MapMeasures } from '../../../core/pooling/measures.ts'
import { getAnnotation } from '../../../core/project/annotations.ts'
import { measuredCount, unmeasuredImages } from '../../../core/project/browse/unmeasured.ts'
import { openProject } from '../../../core/project/project.ts'
import type { JobContext } from '../process/protocol.ts'

/** What to score. */
export interface ScoreConfig {
  project: string
  annotation: string
}

/** Measures of one image. */
export type ScoredImage = MapMeasures & { image: number; label: number | null }

/** Reported in the order of the images. */
export interface ScoreEvent {
  type: 'rows'
  rows: ScoredImage[]
}

/** The result. */
export interface ScoreResult {
  annotation: string
  /** Measured by this job. */
  scored: number
  /** Measured before it. */
  before: number
  /** 97th percentile of the leading logits of all cells; null without label maps. */
  sure: number | null
  /** Label maps that could not be read; the first hundred. */
  damaged: Skipped[]
  damagedCount: number
}

const rowsAtOnce = 500

export async function run(config: ScoreConfig, context: JobContext): Promise<ScoreResult> {
  const project = openProject(config.project, { readonly: true })
  try {
    const annotation = getAnnotation(project, config.annotation)
    const reader = await openLabelMaps(annotation.dir)
    try {
      const { manifest } = reader
      const measure = createMapScorer(matchClasses(manifest.classes, project.classes), manifest.fill)
      const before = Math.min(reader.count, measuredCount(project, config.annotation))
      const counts = annotation.sure === null
      const counter = countSure(manifest.classes.length, manifest.fill)
      const meter = createMeter(reader.count)
      meter.before(before)
      const result: ScoreResult = {
        annotation: config.annotation,
        scored: 0,
        before,
        sure: annotation.sure,
        damaged: [],
        damagedCount: 0,
      }
      let rows: ScoredImage[] = []
      const flush = (): void => {
        if (rows.length > 0) context.event({ type: 'rows', rows } satisfies ScoreEvent)
        rows = []
        const [rate, left] = [meter.rate(), meter.left()]
        context.progress({
          phase: 'score',
          done: meter.done(),
          total: reader.count,
          rate,
          ...(left === undefined ? {} : { left }),
        })
      }
      for (const { id, key, label } of unmeasuredImages(project, config.annotation)) {
        if (!reader.has(key)) continue
        try {
          const map = reader.getSync(key)
          rows.push({ image: id, label, ...measure(map, label) })
          if (counts && before === 0) counter.add(map)
          result.scored++
        } catch (error) {
          if (!(error instanceof RelabelError) || error.code !== 'bad-label-map') throw error
          result.damagedCount++
          if (result.damaged.length < 100) result.damaged.push({ key, reason: messageOf(error) })
        }
        meter.finished()
        if (rows.length < rowsAtOnce) continue
        flush()
        await breathe(context, result.scored)
      }
      flush()
      // Maps that were measured before count as well.
      if (counts && before > 0) await countAll(reader, counter, () => breathe(context, result.scored))
      if (counts) result.sure = counter.value()
      return result
    } finally {
      await reader.close()
    }
  } finally {
    project.close()
  }
}

/** Lets messages out and a cancellation in. */
async function breathe({ signal }: JobContext, scored: number): Promise<void> {
  await new Promise<void>(resolve => setImmediate(resolve))
  if (signal.aborted) fail('cancelled', `scoring was stopped after ${scored} images; what is done is kept`)
}

/** Counts every label map that can be read. */
async function countAll(
  reader: LabelMapReader,
  counter: SureCounter,
  breathe: () => Promise<void>,
): Promise<void> {
  for (const [done, key] of reader.keys().entries()) {
    try {
      counter.add(reader.getSync(key))
    } catch (error) {
      if (!(error instanceof RelabelError) || error.code !== 'bad-label-map') throw error
    }
    if (done % rowsAtOnce === rowsAtOnce - 1) await breathe()
  }
}
