/** Which lines the chart of selected runs shows. */
import type { RunCurves } from '../../../core/contract/api/training.ts'
import type { Line } from '../../charts/align.ts'
import { smoothed } from '../../charts/align.ts'

/** What can be drawn over the epochs or steps. */
export const quantities = ['loss', 'top1', 'real', 'mAP', 'lr'] as const
export type Quantity = (typeof quantities)[number]
export type Axis = 'epoch' | 'step'

/** Quantities that some run has. Learning rates and step losses exist only by step. */
export function knownQuantities(curves: readonly RunCurves[]): Quantity[] {
  return quantities.filter(quantity =>
    curves.some(run =>
      quantity === 'loss' || quantity === 'lr'
        ? run.step.length > 0 || run.epochs.length > 0
        : run.epochs.some(epoch => epoch[quantity] !== null),
    ),
  )
}

/**
 * The line of a run. By step, the loss is that of single steps, smoothed with `weight` in (0, 1]; by epoch, it is the
 * epoch's mean. The learning rate by epoch is the one at its last step.
 */
export function lineOf(run: RunCurves, label: string, quantity: Quantity, axis: Axis, weight = 1): Line {
  if (axis === 'step' && (quantity === 'loss' || quantity === 'lr'))
    return {
      label,
      x: run.step,
      y: quantity === 'lr' ? run.lr : smoothed(run.loss, weight),
    }
  const x = run.epochs.map(epoch => (axis === 'epoch' ? epoch.epoch : epoch.step))
  if (quantity !== 'lr') return { label, x, y: run.epochs.map(epoch => epoch[quantity]) }
  return { label, x, y: run.epochs.map(epoch => rateAt(run, epoch.step)) }
}

function rateAt(run: RunCurves, step: number): number | null {
  const index = run.step.findLastIndex(known => known <= step)
  return run.lr[index] ?? null
}
