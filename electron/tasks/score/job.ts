/** The score job: measures every label map of an annotation over the whole image, in the project's classes. */
import { createMeter } from '../../../core/annotator/meter.ts'
import { fail, messageOf, RelabelError } from '../../../core/base/error.ts'
import type { Skipped } from '../../../core/contract/skipped.ts'
import { openLabelMaps } from '../../../core/labelmap/files/index.ts'
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
      const meter = createMeter(reader.count)
      meter.before(before)
      const result: ScoreResult = {
        annotation: config.annotation,
        scored: 0,
        before,
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
          rows.push({ image: id, label, ...measure(reader.getSync(key), label) })
          result.scored++
        } catch (error) {
          if (!(error instanceof RelabelError) || error.code !== 'bad-label-map') throw error
          result.damagedCount++
          if (result.damaged.length < 100) result.damaged.push({ key, reason: messageOf(error) })
        }
        meter.finished()
        if (rows.length < rowsAtOnce) continue
        flush()
        // Lets messages out and a cancellation in.
        await new Promise<void>(resolve => setImmediate(resolve))
        if (context.signal.aborted)
          fail('cancelled', `scoring was stopped after ${result.scored} images; what is done is kept`)
      }
      flush()
      return result
    } finally {
      await reader.close()
    }
  } finally {
    project.close()
  }
}
