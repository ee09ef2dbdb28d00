/** Formats metrics as text. */
import type { Metrics } from '../../core/contract/metrics.ts'

/** `12.3 %`, or a dash. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(1)} %`
}

/** One line with what could be measured. */
export function metricsText(metrics: Metrics): string {
  const parts: string[] = []
  const add = (name: string, value: number | null): void => {
    if (value !== null) parts.push(`${name} ${percent(value)}`)
  }
  add('top-1', metrics.top1)
  add('top-5', metrics.top5)
  add('ReaL', metrics.real)
  add('mAP', metrics.mAP)
  if (metrics.loss !== null) parts.push(`loss ${metrics.loss.toFixed(4)}`)
  return `${parts.join(', ')} (${metrics.images} images)`
}
