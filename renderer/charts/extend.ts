/** Follows a run: appends what came after the last known step, within a limit of points. */
import type { RunCurves } from '../../core/contract/api/training.ts'

/** The last known step; undefined: nothing yet, request everything. */
export const lastStep = (curves: RunCurves | undefined): number | undefined => curves?.step.at(-1)

/**
 * `known` with `fresh` appended. Steps that are not above the last known one are skipped (a resumed run repeats the
 * steps since its checkpoint: then the newer values win). Epochs are replaced by number.
 * Above `limit` points, every second one is dropped, except the newest.
 */
export function extend(known: RunCurves | undefined, fresh: RunCurves, limit = 4000): RunCurves {
  if (known === undefined || known.id !== fresh.id) return fresh
  const first = fresh.step[0] ?? Infinity
  const kept = known.step.findIndex(step => step >= first)
  const until = kept === -1 ? known.step.length : kept
  const join = (a: readonly number[], b: readonly number[]): number[] => [...a.slice(0, until), ...b]
  const epochs = new Map([...known.epochs, ...fresh.epochs].map(epoch => [epoch.epoch, epoch]))
  const all: RunCurves = {
    id: known.id,
    step: join(known.step, fresh.step),
    loss: join(known.loss, fresh.loss),
    lr: join(known.lr, fresh.lr),
    epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
  }
  return all.step.length > limit ? thinned(all) : all
}

function thinned(curves: RunCurves): RunCurves {
  const last = curves.step.length - 1
  const keep = (_: number, i: number): boolean => (last - i) % 2 === 0
  return {
    ...curves,
    step: curves.step.filter(keep),
    loss: curves.loss.filter(keep),
    lr: curves.lr.filter(keep),
  }
}
