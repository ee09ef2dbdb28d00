/** The output of `relabel annotate`. */
import { size } from '../../core/base/bytes.ts'
import type { Manifest } from '../../core/contract/manifest.ts'
import type { AnnotationRow } from '../../core/project/annotations.ts'
import type { AnnotateResult } from '../tasks/annotate/job.ts'
import type { CommandResult } from './action.ts'
import { clock } from './progress.ts'

const shownSkipped = 10

/** Figures of the work, and the images that were left out. */
export function describeAnnotation(
  row: AnnotationRow,
  result: AnnotateResult,
  manifest: Manifest,
): CommandResult {
  const { annotated, before, replaced, triedAgain, skipped, records, bytes, seconds, busy } = result
  const rate = seconds > 0 ? annotated / seconds : 0
  const bytesAMap = records > 0 ? bytes / records : 0
  const lines = [
    `annotation ${row.id} in ${row.dir}`,
    `  ${records} label maps, ${size(bytes)}, ${Math.round(bytesAMap)} bytes per map (K = ${manifest.topK}, ${manifest.logits})`,
    annotated > 0
      ? `  ${annotated} images in ${clock(seconds)}: ${rate.toPrecision(3)}/s, inference busy ${(busy * 100).toFixed(1)} % of the time`
      : '  nothing left to do',
  ]
  if (before > 0 && annotated > 0) lines.push(`  continued after ${before} images that were already done`)
  if (replaced > 0) lines.push(`  ${replaced} of them made again, because the image file is another one now`)
  if (triedAgain > 0) lines.push(`  images left out before and tried again: ${triedAgain}`)
  if (skipped.length > 0) lines.push(`  ${skipped.length} images left out:`)
  for (const { key, reason } of skipped.slice(0, shownSkipped)) lines.push(`    ${key}: ${reason}`)
  if (skipped.length > shownSkipped)
    lines.push(`    … and ${skipped.length - shownSkipped} more; --json lists all`)
  return {
    json: {
      annotation: row.id,
      dir: row.dir,
      ...result,
      rate,
      bytesAMap,
      manifest: { ...manifest, classes: undefined },
    },
    text: lines.join('\n'),
  }
}
